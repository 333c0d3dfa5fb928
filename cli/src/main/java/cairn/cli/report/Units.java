package cairn.cli.report;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/// Sizes and times as people write them.
public final class Units {
  private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final String LETTERS = "KMGTPE";

  private Units() {}

  /// `1.5 GiB`; bytes below 1 KiB are exact.
  public static String bytes(long bytes) {
    int unit = 0;
    double value = bytes;
    // What would be printed as 1024.0 is 1.0 of the next unit.
    while (Math.abs(value) >= 1023.95 && unit < NAMES.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, NAMES[unit]);
  }

  /// `12,345`.
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /// `1 pack`, `12,345 packs`.
  public static String count(long count, String one) {
    return count(count) + " " + one + (count == 1 ? "" : "s");
  }

  /// `0.4 s`, `12.3 s`, `3 min 20 s` or `2 h 05 min`.
  public static String duration(long millis) {
    Duration time = Duration.ofMillis(millis);
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
    return time.toHours() == 0
        ? String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
  }

  /// `667.0 MiB/s`.
  public static String rate(long bytes, long millis) {
    return bytes((long) (bytes / (Math.max(millis, 1) / 1e3))) + "/s";
  }

  /// Reads `65536`, `64K`, `64KiB` or `1m`: powers of 1024.
  ///
  /// @throws IllegalArgumentException when it is no size
  public static long parseBytes(String text) {
    String digits = text.strip().toUpperCase(Locale.ROOT).replaceFirst("(IB|B)$", "").strip();
    int power = 0;
    if (!digits.isEmpty()) {
      power = LETTERS.indexOf(digits.charAt(digits.length() - 1)) + 1;
    }
    try {
      String number = power == 0 ? digits : digits.substring(0, digits.length() - 1).strip();
      BigDecimal bytes = new BigDecimal(number).multiply(BigDecimal.valueOf(1L << (10 * power)));
      return bytes.longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no size such as 65536, 64K or 1M", e);
    }
  }
}
