package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// The files below a directory, a line for each with all that the kernel tells of it; and the same
/// for a [FileNode]. Paths and lines are taken byte by byte.
final class KernelView {
  private static final long HASHED_MAX = 64 << 20;

  private KernelView() {}

  static Map<String, String> ofMounted(Path directory) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    String stat = "stat --printf '%n\\0%f %u %g %s %h %t:%T %i %.9X %.9Y %.9Z %.9W\\0'";
    String[] told = fields(directory, "find . -print0 | xargs -0 " + stat);
    for (int index = 0; index + 1 < told.length; index += 2) {
      lines.put(path(told[index]), told[index + 1]);
    }
    told = fields(directory, "find . -type l -printf '%p\\0%l\\0'");
    for (int index = 0; index + 1 < told.length; index += 2) {
      lines.merge(path(told[index]), " -> " + told[index + 1], String::concat);
    }
    String hash = "find . -type f -size -64M -print0 | xargs -0 -r sha256sum -z";
    for (String each : fields(directory, hash)) {
      if (!each.isEmpty()) {
        lines.merge(path(each.substring(66)), " " + each.substring(0, 64), String::concat);
      }
    }
    addAttributes(directory, lines);
    return lines;
  }

  private static void addAttributes(Path directory, Map<String, String> lines) throws IOException {
    String all = run(directory, "getfattr -R -P -d -m - -h -e hex .");
    for (String block : all.split("\n\n", -1)) {
      Map<String, String> sorted = new TreeMap<>();
      String path = "";
      for (String line : block.strip().split("\n", -1)) {
        if (line.startsWith("# file: ")) {
          path = line.substring(8);
        } else if (!line.isEmpty()) {
          int equals = line.indexOf('=');
          String value = equals < 0 ? "" : line.substring(equals + 1);
          sorted.put(equals < 0 ? line : line.substring(0, equals), value.replace("0x", ""));
        }
      }
      if (!sorted.isEmpty()) {
        lines.merge(path(path), " " + sorted, String::concat);
      }
    }
  }

  static Map<String, String> ofNode(FileNode root) throws Exception {
    Map<String, String> lines = new TreeMap<>();
    add("", root, lines);
    return lines;
  }

  private static void add(String path, FileNode node, Map<String, String> lines)
      throws IOException, CorruptData, Unreadable {
    Attributes told = node.attributes();
    StringBuilder line = new StringBuilder(Integer.toHexString(mode(told)));
    line.append(" ").append(told.owner().user()).append(" ").append(told.owner().group());
    line.append(" ").append(told.size()).append(" ").append(told.links()).append(" ");
    line.append(Integer.toHexString(told.device().major())).append(":");
    line.append(Integer.toHexString(told.device().minor()));
    line.append(" ").append(node.id().number());
    line.append(" ").append(number(told.times().accessed()));
    line.append(" ").append(number(told.times().modified()));
    line.append(" ").append(number(told.times().changed()));
    line.append(" ").append(number(told.times().created().orElseThrow()));
    if (told.type() == Attributes.Type.SYMBOLIC_LINK) {
      line.append(" -> ").append(new String(node.target(), StandardCharsets.ISO_8859_1));
    }
    if (told.type() == Attributes.Type.REGULAR && told.size() <= HASHED_MAX) {
      line.append(" ").append(hash(node.content()));
    }
    Map<String, String> sorted = new TreeMap<>();
    for (Map.Entry<FileName, byte[]> each : node.extendedAttributes().entrySet()) {
      sorted.put(each.getKey().toString(), HexFormat.of().formatHex(each.getValue()));
    }
    line.append(sorted.isEmpty() ? "" : " " + sorted);
    lines.put(path, line.toString());
    if (told.type() == Attributes.Type.DIRECTORY) {
      node.visit((name, child) -> {
        String text = new String(name.bytes(), StandardCharsets.ISO_8859_1);
        if (!node.child(name).orElseThrow().id().equals(child.id())) {
          throw new IOException("another inode by hash: " + path + "/" + text);
        }
        add(path.isEmpty() ? text : path + "/" + text, child, lines);
      });
    }
  }

  private static int mode(Attributes told) {
    int type =
        switch (told.type()) {
          case FIFO -> 1;
          case CHARACTER_DEVICE -> 2;
          case DIRECTORY -> 4;
          case BLOCK_DEVICE -> 6;
          case REGULAR -> 8;
          case SYMBOLIC_LINK -> 10;
          case SOCKET -> 12;
        };
    return type << 12 | told.permissions();
  }

  private static String hash(BlockReader content) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[100_000];
      for (long at = 0; at < content.size(); at += buffer.length) {
        int length = (int) Math.min(buffer.length, content.size() - at);
        content.read(at, buffer, 0, length);
        digest.update(buffer, 0, length);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String number(Instant time) {
    return BigDecimal.valueOf(time.getEpochSecond())
        .add(BigDecimal.valueOf(time.getNano(), 9))
        .setScale(9)
        .toPlainString();
  }

  private static String path(String told) {
    return told.equals(".") ? "" : told.startsWith("./") ? told.substring(2) : told;
  }

  private static String[] fields(Path directory, String command) throws IOException {
    return run(directory, command).split("\0", -1);
  }

  private static String run(Path directory, String command) throws IOException {
    Process process =
        new ProcessBuilder("bash", "-c", "set -o pipefail; " + command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + command, e);
    }
    return output;
  }
}
