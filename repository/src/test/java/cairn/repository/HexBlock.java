package cairn.repository;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.Locale;

/// Bytes as `docs/format.md` shows them: offset, up to 16 bytes, and what they are; a long run of
/// zeros as a star.
final class HexBlock {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int LINE = 16;
  private static final int ELIDED_MIN = 3 * LINE;

  private final byte[] bytes;
  private final StringBuilder text = new StringBuilder();
  private int position;

  HexBlock(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The next bytes, and what they are.
  HexBlock field(int length, String meaning) {
    int end = position + length;
    String note = meaning;
    if (length >= ELIDED_MIN && isZero(position, end)) {
      line("*", note);
      position = end;
    }
    while (position < end) {
      int part = Math.min(LINE, end - position);
      line(HEX.formatHex(bytes, position, position + part), note);
      position += part;
      note = "";
    }
    return this;
  }

  private boolean isZero(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void line(String hex, String note) {
    String line = String.format(Locale.ROOT, "%06x  %-47s  %s", position, hex, note);
    text.append(line.stripTrailing()).append('\n');
  }

  /// How far the fields reach so far.
  int position() {
    return position;
  }

  /// The block; all bytes must have been told of.
  String text() {
    if (position != bytes.length) {
      throw new IllegalStateException("told of " + position + " of " + bytes.length + " bytes");
    }
    return text + String.format(Locale.ROOT, "%06x\n", position);
  }

  /// The bytes that a block shows.
  static byte[] parse(String block) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : block.lines().toList()) {
      int offset = Integer.parseInt(line.substring(0, 6), 16);
      bytes.writeBytes(new byte[offset - bytes.size()]); // after a star
      String hex = line.length() < 8 ? "" : line.substring(8, Math.min(line.length(), 55)).strip();
      if (!hex.equals("*") && !hex.isEmpty()) {
        bytes.writeBytes(HEX.parseHex(hex));
      }
    }
    return bytes.toByteArray();
  }
}
