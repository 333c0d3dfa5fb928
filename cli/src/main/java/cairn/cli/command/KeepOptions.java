package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.repository.config.Age;
import cairn.repository.config.Period;
import cairn.repository.config.Policy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What to keep of each group.
final class KeepOptions {
  @Option(
      names = "--keep-last",
      paramLabel = "N",
      order = 10,
      description = "Keep the newest N snapshots.")
  private @Nullable Integer last;

  @Option(
      names = "--keep-within",
      paramLabel = "DURATION",
      order = 11,
      description =
          "Keep all that are at most so much older than the newest one of the group: 12h, 30d, 4w,"
              + " 6m (months), 2y or 1y6m.")
  private @Nullable String within;

  @Option(
      names = "--keep-hourly",
      paramLabel = "N",
      order = 12,
      description = "Keep one for each of N hours.")
  private @Nullable Integer hourly;

  @Option(
      names = "--keep-daily",
      paramLabel = "N",
      order = 13,
      description = "Keep one for each of N days.")
  private @Nullable Integer daily;

  @Option(
      names = "--keep-weekly",
      paramLabel = "N",
      order = 14,
      description = "Keep one for each of N weeks, Monday to Sunday.")
  private @Nullable Integer weekly;

  @Option(
      names = "--keep-monthly",
      paramLabel = "N",
      order = 15,
      description = "Keep one for each of N months.")
  private @Nullable Integer monthly;

  @Option(
      names = "--keep-yearly",
      paramLabel = "N",
      order = 16,
      description = "Keep one for each of N years.")
  private @Nullable Integer yearly;

  boolean areGiven() {
    return Stream.of(last, within, hourly, daily, weekly, monthly, yearly)
        .anyMatch(Objects::nonNull);
  }

  Policy policy() throws UsageError {
    Map<Period, Integer> periods = new EnumMap<>(Period.class);
    periods.put(Period.HOURLY, number(hourly));
    periods.put(Period.DAILY, number(daily));
    periods.put(Period.WEEKLY, number(weekly));
    periods.put(Period.MONTHLY, number(monthly));
    periods.put(Period.YEARLY, number(yearly));
    try {
      return new Policy(number(last), Optional.ofNullable(within).map(Age::parse), periods);
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  private static int number(@Nullable Integer given) {
    return given == null ? 0 : given;
  }
}
