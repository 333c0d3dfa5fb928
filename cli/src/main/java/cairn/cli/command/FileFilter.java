package cairn.cli.command;

import cairn.cli.report.Units;
import cairn.cli.shell.UsageError;
import cairn.engine.files.Walk.Met;
import cairn.filesystem.file.Attributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Which files a person looks for.
final class FileFilter {
  private static final Map<String, Attributes.Type> TYPES =
      Map.of(
          "f", Attributes.Type.REGULAR,
          "d", Attributes.Type.DIRECTORY,
          "l", Attributes.Type.SYMBOLIC_LINK,
          "b", Attributes.Type.BLOCK_DEVICE,
          "c", Attributes.Type.CHARACTER_DEVICE,
          "p", Attributes.Type.FIFO,
          "s", Attributes.Type.SOCKET);

  private FileFilter() {}

  /// All that is given has to apply.
  static Predicate<Met> of(
      @Nullable String glob, @Nullable String type, @Nullable String size, @Nullable String newer)
      throws UsageError {
    Predicate<Met> filter = met -> true;
    if (glob != null) {
      filter = filter.and(name(glob));
    }
    if (type != null) {
      filter = filter.and(type(type));
    }
    if (size != null) {
      filter = filter.and(size(size));
    }
    return newer == null ? filter : filter.and(newer(newer));
  }

  private static Predicate<Met> name(String glob) throws UsageError {
    try {
      Pattern pattern = Pattern.compile(expression(glob), Pattern.DOTALL);
      return met -> pattern.matcher(met.name().toString()).matches();
    } catch (PatternSyntaxException e) {
      throw new UsageError("'" + glob + "' is no pattern such as '*.conf'", e);
    }
  }

  /// As a shell reads it.
  private static String expression(String glob) {
    StringBuilder expression = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char at = glob.charAt(i);
      int end = at == '[' ? glob.indexOf(']', i + 2) : -1;
      if (end > 0) {
        String set = glob.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        expression.append('[').append(set.replaceFirst("^!", "^")).append(']');
        i = end;
      } else if (at == '\\' && i + 1 < glob.length()) {
        expression.append(Pattern.quote(glob.substring(++i, i + 1)));
      } else {
        expression.append(
            switch (at) {
              case '*' -> ".*";
              case '?' -> ".";
              default -> Pattern.quote(String.valueOf(at));
            });
      }
    }
    return expression.toString();
  }

  private static Predicate<Met> type(String letter) throws UsageError {
    Attributes.Type wanted = TYPES.get(letter);
    if (wanted == null) {
      throw new UsageError("--type is one of f, d, l, b, c, p and s, not '" + letter + "'");
    }
    return met -> met.node().attributes().type() == wanted;
  }

  private static Predicate<Met> size(String text) throws UsageError {
    try {
      boolean signed = text.startsWith("+") || text.startsWith("-");
      long bytes = Units.parseBytes(signed ? text.substring(1) : text);
      return switch (signed ? text.charAt(0) : '=') {
        case '+' -> met -> met.node().attributes().size() > bytes;
        case '-' -> met -> met.node().attributes().size() < bytes;
        default -> met -> met.node().attributes().size() == bytes;
      };
    } catch (IllegalArgumentException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
  }

  private static Predicate<Met> newer(String text) throws UsageError {
    Instant since = time(text);
    return met -> met.node().attributes().times().modified().isAfter(since);
  }

  private static Instant time(String text) throws UsageError {
    try {
      if (text.endsWith("Z")) {
        return Instant.parse(text);
      }
      LocalDateTime local =
          text.contains("T") ? LocalDateTime.parse(text) : LocalDate.parse(text).atStartOfDay();
      return local.atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException e) {
      throw new UsageError("'" + text + "' is no time such as 2026-11-01 or 2026-11-01T12:30", e);
    }
  }
}
