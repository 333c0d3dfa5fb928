package cairn.base.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing little-endian byte buffer. Not safe for use by several threads.
public final class ByteWriter {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private byte[] bytes;
  private int size;

  public ByteWriter(int capacityBytes) {
    bytes = new byte[capacityBytes];
  }

  static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  public int size() {
    return size;
  }

  public ByteWriter u8(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    reserve(2);
    SHORT.set(bytes, size, (short) value);
    size += 2;
    return this;
  }

  public ByteWriter u32(int value) {
    reserve(4);
    INT.set(bytes, size, value);
    size += 4;
    return this;
  }

  public ByteWriter u64(long value) {
    reserve(8);
    LONG.set(bytes, size, value);
    size += 8;
    return this;
  }

  public ByteWriter raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  public ByteWriter raw(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    return this;
  }

  /// A length (u16), then the text in UTF-8; at most 65,535 bytes.
  public ByteWriter text(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > 0xFFFF) {
      throw new IllegalArgumentException("text of " + encoded.length + " bytes, at most 65535");
    }
    return u16(encoded.length).raw(encoded);
  }

  public ByteWriter id(ChunkId id) {
    reserve(ChunkId.BYTES);
    id.writeTo(bytes, size);
    size += ChunkId.BYTES;
    return this;
  }

  public ByteWriter id(ObjectId id) {
    reserve(ObjectId.BYTES);
    id.writeTo(bytes, size);
    size += ObjectId.BYTES;
    return this;
  }

  /// Zeros up to `newSize`.
  public ByteWriter padTo(int newSize) {
    reserve(newSize - size);
    Arrays.fill(bytes, size, newSize, (byte) 0);
    size = newSize;
    return this;
  }

  /// CRC-32C of everything written so far from `fromOffset`.
  public int crc(int fromOffset) {
    return Crc32c.of(bytes, fromOffset, size - fromOffset);
  }

  /// The buffer itself; valid up to [#size()] and only until the next write.
  public byte[] buffer() {
    return bytes;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public void clear() {
    size = 0;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      long wanted = Math.max((long) size + more, Math.min(bytes.length * 2L, 1L << 30));
      bytes = Arrays.copyOf(bytes, Math.toIntExact(wanted));
    }
  }
}
