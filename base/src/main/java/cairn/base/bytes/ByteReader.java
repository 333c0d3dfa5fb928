package cairn.base.bytes;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A little-endian cursor over bytes that are not trusted: reading past the end is [CorruptData]
/// about the [Subject] given, never an index error.
public final class ByteReader {
  private static final VarHandle SHORT = ByteWriter.view(short[].class);
  private static final VarHandle INT = ByteWriter.view(int[].class);
  private static final VarHandle LONG = ByteWriter.view(long[].class);

  private final byte[] bytes;
  private final int end;
  private final Subject subject;
  private int position;

  public ByteReader(byte[] bytes, Subject subject) {
    this(bytes, 0, bytes.length, subject);
  }

  /// Reads `bytes[offset, offset + length)`; the array is not copied.
  public ByteReader(byte[] bytes, int offset, int length, Subject subject) {
    this.bytes = bytes;
    this.position = offset;
    this.end = offset + length;
    this.subject = subject;
  }

  public int remaining() {
    return end - position;
  }

  /// The index of the next byte in the array given.
  public int position() {
    return position;
  }

  public int u8() throws CorruptData {
    return bytes[take(1)] & 0xFF;
  }

  public int u16() throws CorruptData {
    return (short) SHORT.get(bytes, take(2)) & 0xFFFF;
  }

  /// As a signed value: negative when it is 2^31 or more.
  public int u32() throws CorruptData {
    return (int) INT.get(bytes, take(4));
  }

  /// As a signed value: negative when it is 2^63 or more.
  public long u64() throws CorruptData {
    return (long) LONG.get(bytes, take(8));
  }

  /// A u32 that must be in `[0, max]`.
  public int length(int max, String field) throws CorruptData {
    int value = u32();
    if (value < 0 || value > max) {
      throw subject.corrupt(field, Integer.toUnsignedString(value), "0.." + max);
    }
    return value;
  }

  public byte[] raw(int length) throws CorruptData {
    int from = take(length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  public String text(String field) throws CorruptData {
    byte[] encoded = raw(u16());
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (CharacterCodingException e) {
      throw subject.corrupt(field, "malformed UTF-8", "UTF-8");
    }
  }

  public ChunkId chunkId() throws CorruptData {
    return ChunkId.of(bytes, take(ChunkId.BYTES));
  }

  public ObjectId objectId() throws CorruptData {
    return ObjectId.of(bytes, take(ObjectId.BYTES));
  }

  public void skip(int length) throws CorruptData {
    take(length);
  }

  /// Fails when bytes are left over.
  public void end() throws CorruptData {
    subject.checkEqual(remaining(), 0, "trailing bytes");
  }

  private int take(int length) throws CorruptData {
    if (length > end - position) {
      throw subject.corrupt(
          "size", remaining() + " bytes left", "at least " + length + " bytes left");
    }
    int from = position;
    position += length;
    return from;
  }
}
