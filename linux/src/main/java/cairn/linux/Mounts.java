package cairn.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is mounted and what is swapped to, as `/proc` tells this process.
public final class Mounts {
  /// One line of `/proc/self/mountinfo`.
  ///
  /// @param device of the file system; of btrfs and others that span devices it is a made-up one
  /// @param mountPoint where it is seen
  /// @param type `ext4` and so on
  /// @param source what was mounted, often the path of a device
  public record Mount(DeviceNumber device, String mountPoint, String type, String source) {}

  private Mounts() {}

  /// @param proc where `/proc` is mounted
  public static List<Mount> mounted(Path proc) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines(proc.resolve("self/mountinfo"))) {
      mounts.add(mount(line));
    }
    return mounts;
  }

  /// The paths of the devices and files that are swapped to.
  public static List<String> swaps(Path proc) throws IOException {
    List<String> paths = new ArrayList<>();
    Path file = proc.resolve("swaps");
    try {
      for (String line : lines(file)) {
        if (line.startsWith("/")) {
          paths.add(unescape(line.split("[ \t]", 2)[0]));
        }
      }
    } catch (NoSuchFileException e) {
      // A kernel built without swap.
      return List.of();
    }
    return paths;
  }

  // 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext3 /dev/root rw
  private static Mount mount(String line) throws IOException {
    String[] fields = line.split(" ", -1);
    int separator = 6;
    while (separator < fields.length && !fields[separator].equals("-")) {
      separator++;
    }
    String[] number = fields.length > 2 ? fields[2].split(":", -1) : fields;
    if (separator + 2 >= fields.length || number.length != 2) {
      throw new IOException("cannot understand a line of mountinfo: " + line);
    }
    return new Mount(
        new DeviceNumber(Integer.parseInt(number[0]), Integer.parseInt(number[1])),
        unescape(fields[4]),
        fields[separator + 1],
        unescape(fields[separator + 2]));
  }

  /// The kernel puts blanks and line ends as `\040` and the like.
  static String unescape(String escaped) {
    StringBuilder plain = new StringBuilder();
    int at = 0;
    while (at < escaped.length()) {
      char next = escaped.charAt(at);
      if (next == '\\' && escaped.substring(at + 1).matches("(?s)[0-3][0-7]{2}.*")) {
        plain.append((char) Integer.parseInt(escaped.substring(at + 1, at + 4), 8));
        at += 4;
      } else {
        plain.append(next);
        at++;
      }
    }
    return plain.toString();
  }

  private static List<String> lines(Path file) throws IOException {
    // Files.readAllLines would fail at a mount point whose name is no UTF-8.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.lines().filter(line -> !line.isBlank()).toList();
  }
}
