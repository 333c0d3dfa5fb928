package cairn.repository.config;

import java.time.Instant;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A length of time as the calendar has it: `12h`, `30d`, `4w`, `6m` or `1y6m`, where `m` are
/// months. Long units first, each at most once.
public record Age(int years, int months, int weeks, int days, int hours) {
  private static final int NUMBER_MAX = 99_999;
  private static final String NUMBER = "([1-9][0-9]{0,4})";
  private static final Pattern TEXT =
      Pattern.compile("(?:#y)?(?:#m)?(?:#w)?(?:#d)?(?:#h)?".replace("#", NUMBER));

  /// @throws IllegalArgumentException when it is no time at all, or out of all bounds
  public Age {
    IntStream all = IntStream.of(years, months, weeks, days, hours);
    if (!all.allMatch(number -> number >= 0 && number <= NUMBER_MAX)
        || (years | months | weeks | days | hours) == 0) {
      throw new IllegalArgumentException("not the age of anything");
    }
  }

  /// @throws IllegalArgumentException with one sentence for the user
  public static Age parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no duration such as 12h, 30d, 4w, 6m (months), 2y or 1y6m");
    }
    int[] numbers =
        IntStream.rangeClosed(1, 5)
            .map(unit -> matcher.group(unit) == null ? 0 : Integer.parseInt(matcher.group(unit)))
            .toArray();
    return new Age(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
  }

  /// The moment so long before another. A day is from the same time of the day before, however many
  /// hours that takes; a month is to the same day, or to the last one of a shorter month.
  public Instant before(Instant moment, ZoneId zone) {
    return moment
        .atZone(zone)
        .minusMonths(12L * years + months)
        .minusDays(7L * weeks + days)
        .minusHours(hours)
        .toInstant();
  }

  /// What [#parse] reads.
  @Override
  public String toString() {
    return part(years, "y")
        + part(months, "m")
        + part(weeks, "w")
        + part(days, "d")
        + part(hours, "h");
  }

  private static String part(int number, String unit) {
    return number == 0 ? "" : number + unit;
  }
}
