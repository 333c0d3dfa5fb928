package cairn.repository.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What to keep of a group's snapshots; never nothing. `Retention` says what that means.
///
/// @param last how many of the newest
/// @param within all that are at most so much older than the newest
/// @param periods of how many spans of the calendar one each; no entry for none
public record Policy(int last, Optional<Age> within, Map<Period, Integer> periods) {
  public static final int COUNT_MAX = 999_999;

  /// @throws IllegalArgumentException with one sentence for the user
  public Policy {
    check("last", last);
    Map<Period, Integer> some = new EnumMap<>(Period.class);
    periods.forEach((period, count) -> {
      check(period.word(), count);
      if (count > 0) {
        some.put(period, count);
      }
    });
    periods = Collections.unmodifiableMap(some);
    if (last == 0 && within.isEmpty() && periods.isEmpty()) {
      throw new IllegalArgumentException(
          "a policy that keeps nothing would forget every snapshot: let it keep at least one");
    }
  }

  /// Of how many spans one each.
  public int count(Period period) {
    return periods.getOrDefault(period, 0);
  }

  /// For people: `last 2, within 30d, daily 7`.
  @Override
  public String toString() {
    List<String> rules = new ArrayList<>();
    if (last > 0) {
      rules.add("last " + last);
    }
    within.ifPresent(age -> rules.add("within " + age));
    periods.forEach((period, count) -> rules.add(period.word() + " " + count));
    return String.join(", ", rules);
  }

  private static void check(String rule, int count) {
    if (count < 0 || count > COUNT_MAX) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the number of %s snapshots to keep is %d, not 0..%d",
              rule,
              count,
              COUNT_MAX));
    }
  }
}
