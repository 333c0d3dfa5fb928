package cairn.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A device-mapper table as `DM_TABLE_STATUS` gives it: `struct dm_target_spec` of
/// `linux/dm-ioctl.h` and the parameters as text, again and again.
///
/// | offset | bytes | field                                      |
/// |-------:|------:|--------------------------------------------|
/// |      0 |     8 | sector_start, of 512 bytes                 |
/// |      8 |     8 | length, in sectors                         |
/// |     16 |     4 | status                                     |
/// |     20 |     4 | next, from the beginning of the first spec |
/// |     24 |    16 | target_type, ended by a zero               |
/// |     40 |       | the parameters, ended by a zero            |
///
/// The parameters of `crypt` and some others may hold keys. No more of them is taken than is
/// needed.
final class DmTable {
  private static final int SPEC_BYTES = 40;
  private static final int TYPE = 24;
  private static final int TYPE_BYTES = 16;
  private static final int SECTOR_BYTES = 512;

  /// Keys come anywhere.
  private static final Set<String> KEYED = Set.of("inlinecrypt", "default-key");

  /// Keys come after the device and the offset on it.
  private static final Set<String> KEYED_LATER = Set.of("integrity");

  private static final Pattern DEVICE = Pattern.compile("\\b\\d{1,9}:\\d{1,9}\\b");

  private final MemorySegment data;

  private DmTable(MemorySegment data) {
    this.data = data;
  }

  /// @param data from the first spec on
  /// @param count of targets
  static List<DmTarget> decode(MemorySegment data, int count) throws IOException {
    try {
      return new DmTable(data).targets(count);
    } catch (IndexOutOfBoundsException | ArithmeticException | NumberFormatException e) {
      throw new IOException("cannot understand a device-mapper table of " + count + " targets", e);
    }
  }

  private List<DmTarget> targets(int count) throws IOException {
    List<DmTarget> targets = new ArrayList<>();
    long at = 0;
    long end = 0;
    for (int index = 0; index < count; index++) {
      DmTarget target = target(at);
      if (target.start() != end || target.length() <= 0) {
        throw new IOException("a device-mapper table has a gap at byte " + end);
      }
      end = Math.addExact(end, target.length());
      targets.add(target);
      at = data.get(JAVA_INT_UNALIGNED, at + 20);
    }
    return List.copyOf(targets);
  }

  private DmTarget target(long at) throws IOException {
    long start = bytes(data.get(JAVA_LONG_UNALIGNED, at));
    long length = bytes(data.get(JAVA_LONG_UNALIGNED, at + 8));
    String type = text(at + TYPE, at + TYPE + TYPE_BYTES);
    Words words = new Words(at + SPEC_BYTES);
    return switch (type) {
      case "linear" -> new DmTarget.Linear(start, length, words.device(), words.sectors());
      // It hands on what it gets, where it is.
      case "snapshot-origin" -> new DmTarget.Linear(start, length, words.device(), start);
      case "crypt" -> {
        words.skip(3);
        yield new DmTarget.Crypt(start, length, words.device(), words.sectors());
      }
      case "striped" -> striped(start, length, words);
      default -> new DmTarget.Other(start, length, type, parameters(type, words));
    };
  }

  private static String parameters(String type, Words words) {
    if (KEYED_LATER.contains(type)) {
      return words.upTo(2);
    }
    if (KEYED.contains(type)) {
      return "";
    }
    String all = words.upTo(Integer.MAX_VALUE);
    // The group of paths that is taken at the moment is among the rest, and changes by itself.
    return type.equals("multipath")
        ? DEVICE.matcher(all).results().map(MatchResult::group).sorted().collect(joining(" "))
        : all;
  }

  private static DmTarget striped(long start, long length, Words words) throws IOException {
    int count = Integer.parseInt(words.next());
    long chunkBytes = words.sectors();
    List<DmTarget.Stripe> stripes = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      stripes.add(new DmTarget.Stripe(words.device(), words.sectors()));
    }
    return new DmTarget.Striped(start, length, chunkBytes, List.copyOf(stripes));
  }

  private static long bytes(long sectors) {
    return Math.multiplyExact(sectors, SECTOR_BYTES);
  }

  private String text(long from, long limit) {
    long end = from;
    while (end < limit && data.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] bytes = data.asSlice(from, end - from).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /// The parameters, word by word.
  private final class Words {
    private long at;

    Words(long at) {
      this.at = at;
    }

    void skip(int count) {
      for (int index = 0; index < count; index++) {
        skipBlanks();
        at = wordEnd();
      }
    }

    /// The next words, so many or as there are, with a blank between any two.
    String upTo(int count) {
      StringJoiner taken = new StringJoiner(" ");
      for (int index = 0; index < count; index++) {
        skipBlanks();
        long end = wordEnd();
        if (end == at) {
          break;
        }
        taken.add(text(at, end));
        at = end;
      }
      return taken.toString();
    }

    String next() throws IOException {
      skipBlanks();
      String word = text(at, wordEnd());
      at = wordEnd();
      if (word.isEmpty()) {
        throw new IOException("the parameters of a device-mapper target end too early");
      }
      return word;
    }

    long sectors() throws IOException {
      return bytes(Long.parseLong(next()));
    }

    DeviceNumber device() throws IOException {
      String word = next();
      String[] numbers = word.split(":", -1);
      if (numbers.length != 2) {
        throw new IOException("a device-mapper target names no device: " + word);
      }
      return new DeviceNumber(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    private void skipBlanks() {
      while (data.get(JAVA_BYTE, at) == ' ') {
        at++;
      }
    }

    private long wordEnd() {
      long end = at;
      while (data.get(JAVA_BYTE, end) != ' ' && data.get(JAVA_BYTE, end) != 0) {
        end++;
      }
      return end;
    }
  }
}
