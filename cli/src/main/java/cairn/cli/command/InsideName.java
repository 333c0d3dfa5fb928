package cairn.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a person names to look into, taken apart: `SNAPSHOT[:PATH]`, or an image file or device in
/// place of the snapshot.
///
/// What consists of hexadecimal digits, or is `latest`, up to the first colon is a snapshot; a file
/// of such a name is called `./cafe`. Colons in the name of a file or group are no trouble: the
/// longest one that there is counts.
///
/// @param source of the snapshot, file or device
/// @param path with the address of a place before it; empty when there is none
record InsideName(boolean isSnapshot, String source, String path) {
  static final String TEXT =
      "A snapshot as 'cairn show' takes it, an image file, or a device; and after a colon the path:"
          + " '/etc' when there is one file system, else 'p2/etc', 'group/volume/etc' for a logical"
          + " volume, 'LABEL=root/etc' or 'UUID=.../etc'.";

  static final String PLACE_TEXT =
      "A snapshot as 'cairn show' takes it, an image file, or a device; and after a colon, to check"
          + " nothing else, the place: 'p2', 'group/volume', 'LABEL=root' and so on.";

  static final String WHOLE_TEXT =
      "A snapshot as 'cairn show' takes it, an image file, or a device.";

  private static final Pattern SNAPSHOT = Pattern.compile("(latest|[0-9a-fA-F]+)(?::(.*))?");

  /// @param groups those of the repository, asked for when needed
  static InsideName parse(String text, Groups groups) throws IOException {
    Matcher matcher = SNAPSHOT.matcher(text);
    if (!matcher.matches()) {
      return file(text);
    }
    String reference = matcher.group(1);
    String rest = Optional.ofNullable(matcher.group(2)).orElse("");
    if (!reference.equals("latest") || rest.isEmpty() || rest.startsWith("/")) {
      return new InsideName(true, reference, rest);
    }
    Optional<String> group =
        groups.list().stream()
            .filter(each -> rest.equals(each) || rest.startsWith(each + ":"))
            .max(Comparator.comparingInt(String::length));
    return group
        .map(name -> new InsideName(true, "latest:" + name, after(rest, name.length())))
        .orElse(new InsideName(true, reference, rest));
  }

  /// The groups of a repository.
  interface Groups {
    List<String> list() throws IOException;
  }

  private static InsideName file(String text) {
    for (int end = text.length(); end > 0; end = text.lastIndexOf(':', end - 1)) {
      if (exists(text.substring(0, end))) {
        return new InsideName(false, text.substring(0, end), after(text, end));
      }
    }
    int colon = text.indexOf(':');
    return colon < 0
        ? new InsideName(false, text, "")
        : new InsideName(false, text.substring(0, colon), after(text, colon));
  }

  private static boolean exists(String name) {
    try {
      return Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String after(String text, int colon) {
    return colon == text.length() ? "" : text.substring(colon + 1);
  }
}
