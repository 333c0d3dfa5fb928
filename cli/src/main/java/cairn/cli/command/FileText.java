package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.engine.files.Walk.Met;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// How files are shown.
final class FileText {
  static final String JSON =
      "path, type, mode (octal), user, group, size, links, device (or null), target (of a symbolic"
          + " link, or null), accessed, modified, changed and created (or null)";

  private static final int SET_USER = 04000;
  private static final int SET_GROUP = 02000;
  private static final int STICKY = 01000;

  private FileText() {}

  /// `file`, `directory`, `link` and so on.
  static String type(Attributes.Type type) {
    return switch (type) {
      case REGULAR -> "file";
      case DIRECTORY -> "directory";
      case SYMBOLIC_LINK -> "link";
      case CHARACTER_DEVICE -> "character";
      case BLOCK_DEVICE -> "block";
      case FIFO -> "fifo";
      case SOCKET -> "socket";
    };
  }

  /// `drwxr-xr-x`.
  static String mode(Attributes attributes) {
    int bits = attributes.permissions();
    StringBuilder text = new StringBuilder();
    text.append(
        switch (attributes.type()) {
          case REGULAR -> '-';
          case DIRECTORY -> 'd';
          case SYMBOLIC_LINK -> 'l';
          case CHARACTER_DEVICE -> 'c';
          case BLOCK_DEVICE -> 'b';
          case FIFO -> 'p';
          case SOCKET -> 's';
        });
    appendThree(text, bits >> 6, (bits & SET_USER) != 0, 's');
    appendThree(text, bits >> 3, (bits & SET_GROUP) != 0, 's');
    appendThree(text, bits, (bits & STICKY) != 0, 't');
    return text.toString();
  }

  private static void appendThree(StringBuilder text, int bits, boolean special, char letter) {
    boolean executable = (bits & 1) != 0;
    text.append((bits & 4) != 0 ? 'r' : '-').append((bits & 2) != 0 ? 'w' : '-');
    if (special) {
      text.append(executable ? letter : Character.toUpperCase(letter));
    } else {
      text.append(executable ? 'x' : '-');
    }
  }

  /// The cells of a long listing: mode, links, user, group, size or device, time, name.
  static String[] row(Met met, String name) {
    Attributes attributes = met.node().attributes();
    return new String[] {
      mode(attributes),
      Long.toString(attributes.links()),
      Long.toString(attributes.owner().user()),
      Long.toString(attributes.owner().group()),
      isDevice(attributes) ? device(attributes) : Long.toString(attributes.size()),
      time(attributes.times().modified()),
      name + arrow(met)
    };
  }

  private static String time(Instant time) {
    try {
      return Describe.time(time);
    } catch (java.time.DateTimeException e) {
      return time.toString();
    }
  }

  private static boolean isDevice(Attributes attributes) {
    return attributes.type() == Attributes.Type.CHARACTER_DEVICE
        || attributes.type() == Attributes.Type.BLOCK_DEVICE;
  }

  private static String device(Attributes attributes) {
    return attributes.device().major() + "," + attributes.device().minor();
  }

  private static String arrow(Met met) {
    return met.node().attributes().type() == Attributes.Type.SYMBOLIC_LINK
        ? " -> " + target(met)
        : "";
  }

  private static String target(Met met) {
    try {
      return new FileName(met.node().target()).toString();
    } catch (IOException | CorruptData | Unreadable e) {
      return "?";
    }
  }

  static Json json(Met met) {
    Attributes attributes = met.node().attributes();
    Attributes.Times times = attributes.times();
    boolean isLink = attributes.type() == Attributes.Type.SYMBOLIC_LINK;
    return new Json()
        .put("path", met.path())
        .put("type", type(attributes.type()))
        .put("mode", String.format(Locale.ROOT, "%04o", attributes.permissions()))
        .put("user", attributes.owner().user())
        .put("group", attributes.owner().group())
        .put("size", attributes.size())
        .put("links", attributes.links())
        .put("device", Json.unlessEmpty(isDevice(attributes) ? device(attributes) : ""))
        .put("target", Json.unlessEmpty(isLink ? target(met) : ""))
        .put("accessed", times.accessed().toString())
        .put("modified", times.modified().toString())
        .put("changed", times.changed().toString())
        .put("created", times.created());
  }

  /// All of one directory, by their names.
  static List<Met> sorted(List<Met> entries) {
    return entries.stream()
        .sorted((a, b) -> java.util.Arrays.compareUnsigned(a.name().bytes(), b.name().bytes()))
        .toList();
  }
}
