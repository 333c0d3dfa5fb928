package cairn.linux.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files that may be missing or forbidden, in which case they say nothing.
final class Text {
  private Text() {}

  /// Without the blanks around it; empty when there is none.
  static String of(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /// What follows `key` and a colon in the first line that has it, as in `CapEff: 0`.
  static String field(Path file, String key) {
    return of(file)
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).stripLeading())
        .filter(rest -> rest.startsWith(":"))
        .map(rest -> rest.substring(1).strip())
        .findFirst()
        .orElse("");
  }
}
