package cairn.engine.inside;

import cairn.base.bytes.Problem;
import cairn.repository.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a check found, as the source of a volume in a snapshot tells it: `fsck`, one of `clean`,
/// `suspect` and `unknown`, and unless it is clean, `fsckFound`, what was found.
public final class FsckText {
  public static final String STATE = "fsck";
  public static final String FOUND = "fsckFound";

  /// Of each place; all of them are found again by `cairn fsck`.
  private static final int SENTENCES = 3;

  private FsckText() {}

  public static Map<String, String> of(FsckReport report) {
    Map<String, String> text = new TreeMap<>();
    text.put(STATE, report.state().word());
    String found = found(report);
    if (!found.isEmpty()) {
      text.put(FOUND, found);
    }
    return text;
  }

  /// That nothing is known.
  public static Map<String, String> unknown(String why) {
    return Map.of(STATE, Verdict.State.UNKNOWN.word(), FOUND, why);
  }

  /// The worst of all volumes; empty when none was checked.
  public static Optional<Verdict.State> state(Snapshot snapshot) {
    return snapshot.details().volumes().stream()
        .flatMap(volume -> Optional.ofNullable(volume.source().get(STATE)).stream())
        .flatMap(word -> Stream.of(Verdict.State.values()).filter(each -> each.word().equals(word)))
        .max(Comparator.naturalOrder());
  }

  private static String found(FsckReport report) {
    if (report.verdicts().isEmpty()) {
      return FsckReport.NOTHING;
    }
    List<String> parts = new ArrayList<>();
    for (Verdict verdict : report.verdicts()) {
      List<String> sentences = sentences(verdict);
      if (!sentences.isEmpty()) {
        parts.add(verdict.name() + ": " + String.join("; ", sentences));
      }
    }
    return String.join("; ", parts);
  }

  private static List<String> sentences(Verdict verdict) {
    List<String> sentences = new ArrayList<>();
    verdict.problems().stream().limit(SENTENCES).map(Problem::message).forEach(sentences::add);
    long more = verdict.problemCount() - sentences.size();
    if (more > 0) {
      sentences.add(String.format(Locale.ROOT, "%,d more", more));
    }
    verdict.unknowns().stream().limit(SENTENCES).forEach(sentences::add);
    return sentences;
  }
}
