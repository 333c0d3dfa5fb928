package cairn.filesystem.ext;

import cairn.linux.test.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;

/// What the kernel says of the files of a mounted file system: a line for each by its path, and one
/// for each of its extended attributes.
record KernelView(Path root, Map<String, String> told) {
  private static final String FIELDS = "%m %y %U:%G %s %n %i %A@ %T@ %C@";
  private static final String ROW = "%p\\0" + FIELDS + "\\0%l\\0";
  private static final int LONGEST_READ = 4 << 20;

  void look() throws IOException {
    String[] rows = Command.run("find", root.toString(), "-printf", ROW).split("\0", -1);
    for (int row = 0; row + 2 < rows.length; row += 3) {
      String path = rows[row];
      String type = rows[row + 1].split(" ", -1)[1];
      String more =
          switch (type) {
            case "f" -> checksum(path);
            case "b", "c" -> Command.run("stat", "-c", "%t:%T", path);
            default -> rows[row + 2];
          };
      told.put(name(path), withoutSize(rows[row + 1], type) + " " + more);
    }
    lookAtAttributes();
  }

  /// Directories have sizes, too, but nobody wants to know them.
  private static String withoutSize(String fields, String type) {
    return "d".equals(type) ? fields.replaceFirst("^(\\S+ \\S+ \\S+) \\S+", "$1 0") : fields;
  }

  private void lookAtAttributes() throws IOException {
    String dump =
        Command.run(
            "getfattr", "-RhPd", "-m", "-", "-e", "hex", "--absolute-names", root.toString());
    String name = "";
    for (String line : dump.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (line.startsWith("# file: ")) {
        name = name(unescaped(line.substring(8)));
      } else if (!line.isBlank()) {
        String key = equals < 0 ? line : line.substring(0, equals);
        told.put(name + " " + key, equals < 0 ? "" : line.substring(equals + 3));
      }
    }
  }

  private String name(String path) {
    return "." + path.substring(root.toString().length());
  }

  /// Some bytes are written as three octal digits.
  private static String unescaped(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\\') {
        String digits = new String(bytes, at + 1, 3, StandardCharsets.US_ASCII);
        plain.write(Integer.parseInt(digits, 8));
        at += 3;
      } else {
        plain.write(bytes[at]);
      }
    }
    return plain.toString(StandardCharsets.UTF_8);
  }

  /// Of a file of more than a GiB, a part in which something lies.
  static long firstRead(long size) {
    return size > 1L << 30 ? size / 3 - 1 : 0;
  }

  static long readLength(long size) {
    return Math.min(size - firstRead(size), LONGEST_READ);
  }

  private static String checksum(String path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path, "r")) {
      byte[] bytes = new byte[(int) readLength(file.length())];
      file.seek(firstRead(file.length()));
      file.readFully(bytes);
      return checksum(bytes);
    }
  }

  static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Long.toHexString(crc.getValue());
  }
}
