package cairn.filesystem.layout;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// The fields of a structure, by their offset in it. Whoever asks for a field has made sure that
/// the structure is long enough: a field outside of it is a mistake of the caller, not of the data.
public final class Fields {
  private static final int UUID_BYTES = 16;

  private final byte[] bytes;
  private final boolean isBig;

  private Fields(byte[] bytes, boolean isBig) {
    this.bytes = bytes;
    this.isBig = isBig;
  }

  /// The array is not copied.
  public static Fields littleEndian(byte[] bytes) {
    return new Fields(bytes, false);
  }

  /// The array is not copied.
  public static Fields bigEndian(byte[] bytes) {
    return new Fields(bytes, true);
  }

  /// The structure itself, not a copy: it is to be left as it is.
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  public int u8(int at) {
    return bytes[at] & 0xFF;
  }

  public int u16(int at) {
    return isBig ? u8(at) << 8 | u8(at + 1) : u8(at) | u8(at + 1) << 8;
  }

  public long u32(int at) {
    return i32(at) & 0xFFFF_FFFFL;
  }

  /// A u32 as its 32 bits, for flags and checksums.
  public int i32(int at) {
    byte[] from = bytes;
    int first = from[at] & 0xFF;
    int second = from[at + 1] & 0xFF;
    int third = from[at + 2] & 0xFF;
    int last = from[at + 3] & 0xFF;
    return isBig
        ? first << 24 | second << 16 | third << 8 | last
        : first | second << 8 | third << 16 | last << 24;
  }

  /// As a signed value: negative when it is 2^63 or more.
  public long u64(int at) {
    long first = u32(at);
    long second = u32(at + Integer.BYTES);
    return isBig ? first << 32 | second : first | second << 32;
  }

  public byte[] raw(int at, int length) {
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  /// A copy of a part, as a structure of its own.
  public Fields part(int at, int length) {
    return new Fields(raw(at, length), isBig);
  }

  public boolean holds(int at, String ascii) {
    return holds(at, ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  public boolean holds(int at, byte[] expected) {
    return at + expected.length <= bytes.length
        && Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
  }

  /// A text that ends at its first NUL or at the end of its field; empty when there is none.
  public Optional<String> text(int at, int length) {
    int end = at;
    while (end < at + length && bytes[end] != 0) {
      end++;
    }
    String text = new String(bytes, at, end - at, StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /// A UUID in the order in which it is written; empty when all its bytes are zero.
  public Optional<String> uuid(int at) {
    byte[] uuid = raw(at, UUID_BYTES);
    if (Arrays.equals(uuid, new byte[UUID_BYTES])) {
      return Optional.empty();
    }
    String hex = HexFormat.of().formatHex(uuid);
    return Optional.of(
        String.join(
            "-",
            hex.substring(0, 8),
            hex.substring(8, 12),
            hex.substring(12, 16),
            hex.substring(16, 20),
            hex.substring(20)));
  }
}
