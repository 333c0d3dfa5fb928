package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// What each piece of a structured reply begins with; `length` bytes of payload follow.
///
/// | offset | bytes | field                                                      |
/// |-------:|------:|------------------------------------------------------------|
/// |      0 |     4 | `0x668e33ef`, extended `0x6e8a278c`                        |
/// |      4 |     2 | flags: bit 0 when this is the last chunk                   |
/// |      6 |     2 | type                                                       |
/// |      8 |     8 | cookie of the request                                      |
/// |     16 |     4 | length; when extended 8 bytes, after the request's offset  |
///
/// @param offset that of the request; not on the wire unless extended
public record Chunk(boolean last, int type, long cookie, long offset, long length) {
  public static final int MAGIC = 0x668e33ef;
  public static final int MAGIC_EXTENDED = 0x6e8a278c;

  public static final int NONE = 0;

  /// An offset, then data from there on.
  public static final int OFFSET_DATA = 1;

  /// An offset and a length (u32) of zeros.
  public static final int OFFSET_HOLE = 2;

  /// [BlockStatus] with lengths of 32 bits.
  public static final int BLOCK_STATUS = 5;

  /// [BlockStatus] with lengths of 64 bits.
  public static final int BLOCK_STATUS_EXTENDED = 6;

  /// [ErrorText].
  public static final int ERROR = 0x8001;

  /// [ErrorText] with an offset.
  public static final int ERROR_OFFSET = 0x8002;

  /// Of the payload of [#OFFSET_HOLE].
  public static final int HOLE_BYTES = 8 + 4;

  private static final int LAST = 1;

  public static int bytes(Headers headers) {
    return headers == Headers.COMPACT ? 20 : 32;
  }

  public void writeTo(ByteBuffer out, Headers headers) {
    out.putInt(headers == Headers.COMPACT ? MAGIC : MAGIC_EXTENDED);
    out.putShort((short) (last ? LAST : 0)).putShort((short) type).putLong(cookie);
    if (headers == Headers.COMPACT) {
      out.putInt((int) length);
    } else {
      out.putLong(offset).putLong(length);
    }
  }

  /// After the magic, which tells it from a [SimpleReply].
  public static Chunk read(ByteBuffer in, Headers headers) throws ProtocolError {
    Wire.need(in, bytes(headers) - 4, "a chunk");
    boolean last = (Wire.u16(in, "flags") & LAST) != 0;
    int type = Wire.u16(in, "type");
    long cookie = in.getLong();
    return headers == Headers.COMPACT
        ? new Chunk(last, type, cookie, 0, Wire.u32(in, "length"))
        : new Chunk(last, type, cookie, in.getLong(), in.getLong());
  }

  public boolean isError() {
    return (type & 0x8000) != 0;
  }
}
