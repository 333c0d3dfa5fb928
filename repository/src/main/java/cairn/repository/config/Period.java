package cairn.repository.config;

import java.util.Locale;

/// The spans of the calendar of which a [Policy] keeps one snapshot each, in the order in which it
/// does.
public enum Period {
  HOURLY,
  DAILY,
  WEEKLY,
  MONTHLY,
  YEARLY;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
