package cairn.storage;

/// What the probe has to say of one property.
///
/// @param outcome whether the property holds
/// @param found what was seen, as a clause without a full stop
public record ProbeResult(Property property, Outcome outcome, String found) {
  /// `WARNED`: holds, but not for long. `WAIVED`: does not hold, and that was accepted by name.
  public enum Outcome {
    PASSED,
    WARNED,
    FAILED,
    WAIVED
  }

  /// Whether the store can be used as far as this property goes.
  public boolean isAcceptable() {
    return outcome != Outcome.FAILED;
  }

  /// One line: `free-space failed: <found>; needed for <what>: <what to do>`.
  public String message() {
    String start =
        property.word() + " " + outcome.name().toLowerCase(java.util.Locale.ROOT) + ": " + found;
    return outcome == Outcome.PASSED
        ? start
        : start + "; needed for " + property.neededFor() + ": " + property.remedy();
  }
}
