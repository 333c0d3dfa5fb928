package cairn.filesystem.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// The fields of a structure, by their offset in it. Whoever asks for a field has made sure that
/// the structure is long enough: a field outside of it is a mistake of the caller, not of the data.
public final class Fields {
  private static final VarHandle SHORT_LITTLE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT_BIG = view(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LITTLE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BIG = view(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG_LITTLE = view(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_BIG = view(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int UUID_BYTES = 16;

  private final byte[] bytes;
  private final ByteOrder order;

  private Fields(byte[] bytes, ByteOrder order) {
    this.bytes = bytes;
    this.order = order;
  }

  /// The array is not copied.
  public static Fields littleEndian(byte[] bytes) {
    return new Fields(bytes, ByteOrder.LITTLE_ENDIAN);
  }

  /// The array is not copied.
  public static Fields bigEndian(byte[] bytes) {
    return new Fields(bytes, ByteOrder.BIG_ENDIAN);
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
    short value = isBig() ? (short) SHORT_BIG.get(bytes, at) : (short) SHORT_LITTLE.get(bytes, at);
    return value & 0xFFFF;
  }

  public long u32(int at) {
    return i32(at) & 0xFFFF_FFFFL;
  }

  /// A u32 as its 32 bits, for flags and checksums.
  public int i32(int at) {
    return isBig() ? (int) INT_BIG.get(bytes, at) : (int) INT_LITTLE.get(bytes, at);
  }

  /// As a signed value: negative when it is 2^63 or more.
  public long u64(int at) {
    return isBig() ? (long) LONG_BIG.get(bytes, at) : (long) LONG_LITTLE.get(bytes, at);
  }

  public byte[] raw(int at, int length) {
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  /// A copy of a part, as a structure of its own.
  public Fields part(int at, int length) {
    return new Fields(raw(at, length), order);
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

  private boolean isBig() {
    return order == ByteOrder.BIG_ENDIAN;
  }

  /// Only where a handle is a constant is its use one instruction.
  private static VarHandle view(Class<?> array, ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(array, order);
  }
}
