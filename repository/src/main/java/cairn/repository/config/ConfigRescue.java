package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.Octets;
import cairn.repository.crypto.Protection;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is left of a config.
///
/// A damaged byte may break the syntax, so this looks for each field and each slot by itself. A
/// setting that cannot be read takes its default: in an encrypted repository the seal then proves
/// or disproves the guess.
///
/// @param config empty when not even the repository id can be read
/// @param problems empty when the config is good
public record ConfigRescue(Optional<RepositoryConfig> config, List<Problem> problems) {
  private static final Pattern SLOT = Pattern.compile("\\{[^{}]*\\}");
  private static final Pattern CODEC = Pattern.compile("\"name\": \"zstd\"");
  private static final Pattern POLICIES = Pattern.compile("\"policies\": \\[[^\\[\\]]*\\]");
  private static final Pattern WAIVER = Pattern.compile("\"([^\"]*)\"");

  public ConfigRescue {
    problems = List.copyOf(problems);
  }

  static ConfigRescue of(byte[] bytes, String location) throws FormatTooNew, FormatTooOld {
    try {
      return new ConfigRescue(Optional.of(RepositoryConfig.parse(bytes, location)), List.of());
    } catch (CorruptData e) {
      Search search = new Search(bytes, Subject.of("config", location));
      search.problems.add(e.problem());
      Optional<RepositoryConfig> config = search.config();
      return new ConfigRescue(config, search.problems);
    }
  }

  private static final class Search {
    private final String text;
    private final Subject subject;
    private final List<Problem> problems = new ArrayList<>();

    private Search(byte[] bytes, Subject subject) {
      this.text = new String(bytes, StandardCharsets.UTF_8);
      this.subject = subject;
    }

    private Optional<RepositoryConfig> config() {
      return find("repository", "\"([0-9a-f]{32})\"")
          .map(id ->
              new RepositoryConfig(
                  ObjectId.parse(id), created(), layout(), waivers(), policies(), encryption()));
    }

    /// When the repository's is unreadable, this finds that of the first slot, a good guess.
    private Instant created() {
      try {
        return find("created", "\"([0-9T:Z-]{20})\"").map(Instant::parse).orElse(Instant.EPOCH);
      } catch (DateTimeException e) {
        return Instant.EPOCH;
      }
    }

    private Layout layout() {
      Layout standard = Layout.DEFAULT;
      try {
        return new Layout(
            number("blockBytes", standard.blockBytes()),
            number("level", standard.zstdLevel()),
            number("packTargetBytes", standard.packTargetBytes()),
            number("indexTargetBytes", standard.indexTargetBytes()),
            number("parity", standard.parityPercent()));
      } catch (IllegalArgumentException e) {
        return standard;
      }
    }

    private List<String> waivers() {
      return find("waivers", "\\[([^\\]]*)\\]").stream()
          .flatMap(list -> WAIVER.matcher(list).results().map(item -> item.group(1)))
          .filter(RepositoryConfig::isWaiver)
          .toList();
    }

    private Policies policies() {
      Matcher matcher = POLICIES.matcher(text);
      if (!matcher.find()) {
        return Policies.NONE;
      }
      try {
        Fields fields = new Fields(ConfigText.parse("{" + matcher.group() + "}", subject), subject);
        return PolicyJson.read(fields.array("policies"), subject);
      } catch (CorruptData e) {
        problems.add(e.problem());
        return Policies.NONE;
      }
    }

    private Optional<Encryption> encryption() {
      List<KeySlot> slots = slots();
      if (slots.isEmpty() && !text.contains("\"slots\"") && !text.contains("\"seal\"")) {
        return Optional.empty();
      }
      Octets unknown = Octets.of(new byte[Protection.SEAL_BYTES]);
      Octets seal = find("seal", "\"([0-9a-f]{64})\"").map(Octets::parse).orElse(unknown);
      return Optional.of(new Encryption(new KeySlots(slots), seal));
    }

    private List<KeySlot> slots() {
      List<KeySlot> slots = new ArrayList<>();
      Set<ObjectId> ids = new HashSet<>();
      String others = POLICIES.matcher(text).replaceFirst("");
      List<String> parts =
          SLOT.matcher(others).results().map(MatchResult::group).filter(Search::isNoCodec).toList();
      for (int i = 0; i < parts.size(); i++) {
        Subject slotSubject = subject.slot(i);
        try {
          Fields fields = new Fields(ConfigText.parse(parts.get(i), slotSubject), slotSubject);
          KeySlot slot = SlotJson.read(fields, slotSubject);
          if (slots.size() < KeySlots.COUNT_MAX && ids.add(slot.head().id())) {
            slots.add(slot);
          }
        } catch (CorruptData e) {
          problems.add(e.problem());
        }
      }
      return slots;
    }

    private int number(String field, int standard) {
      return find(field, "(-?[0-9]{1,9})(?![0-9])").map(Integer::parseInt).orElse(standard);
    }

    private Optional<String> find(String field, String value) {
      Matcher matcher = Pattern.compile("\"" + field + "\": " + value).matcher(text);
      if (matcher.find()) {
        return Optional.of(matcher.group(1));
      }
      problems.add(subject.corrupt(field, "nothing readable", "a value").problem());
      return Optional.empty();
    }

    private static boolean isNoCodec(String part) {
      return !CODEC.matcher(part).find();
    }
  }
}
