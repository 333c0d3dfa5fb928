package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// A request; that of a write is followed by `length` bytes.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     4 | `0x25609513`, extended `0x21e41c71`                          |
/// |      4 |     2 | flags, see [Command]                                         |
/// |      6 |     2 | type, see [Command]                                          |
/// |      8 |     8 | cookie, which the replies repeat                             |
/// |     16 |     8 | offset                                                       |
/// |     24 |     4 | length; 8 bytes when extended                                |
///
/// @param length negative when it is 2^63 or more
public record Request(int flags, int type, long cookie, long offset, long length) {
  private static final int MAGIC = 0x25609513;
  private static final int MAGIC_EXTENDED = 0x21e41c71;

  public static int bytes(Headers headers) {
    return headers == Headers.COMPACT ? 28 : 32;
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  public void writeTo(ByteBuffer out, Headers headers) {
    out.putInt(headers == Headers.COMPACT ? MAGIC : MAGIC_EXTENDED);
    out.putShort((short) flags).putShort((short) type).putLong(cookie).putLong(offset);
    if (headers == Headers.COMPACT) {
      out.putInt((int) length);
    } else {
      out.putLong(length);
    }
  }

  public static Request read(ByteBuffer in, Headers headers) throws ProtocolError {
    Wire.need(in, bytes(headers), "a request");
    boolean compact = headers == Headers.COMPACT;
    Wire.magic(Integer.toUnsignedLong(in.getInt()), compact ? MAGIC : MAGIC_EXTENDED, "a request");
    return new Request(
        Wire.u16(in, "flags"),
        Wire.u16(in, "type"),
        in.getLong(),
        in.getLong(),
        compact ? Wire.u32(in, "length") : in.getLong());
  }
}
