package cairn.linux.tracking;

import java.util.Arrays;
import java.util.Optional;

/// Why a program could not say which blocks are changed. The order is that of numbers which
/// programs write; new ones come at the end.
public enum Loss {
  /// A command was passed through to the disk, which nobody interprets.
  PASS_THROUGH(1, "a command was passed through to the disk"),
  /// An operation without a length, such as the reset of a zone.
  NO_LENGTH(2, "an operation without a length was seen"),
  /// Something was out of bounds that never should be.
  OUT_OF_BOUNDS(3, "a request was out of all bounds"),
  /// A bio was seen again under way although its end was never seen. Linux 5.10 does not tell the
  /// ends of bios that are chained, which on devices that take bios makes this of many a discard.
  UNPAIRED(4, "the end of a write was never seen"),
  /// More bios under way than the table of them holds.
  TABLE_FULL(5, "too many writes were under way at once"),
  /// A merged discard of which the ranges are not told, or are too many.
  SEVERAL_RANGES(6, "a merged discard had too many ranges");

  private final int number;
  private final String sentence;

  Loss(int number, String sentence) {
    this.number = number;
    this.sentence = sentence;
  }

  static Optional<Loss> of(int number) {
    return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
  }

  int number() {
    return number;
  }

  /// For a person.
  public String sentence() {
    return sentence;
  }
}
