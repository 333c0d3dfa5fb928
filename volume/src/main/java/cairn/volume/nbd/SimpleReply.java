package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// A reply in one piece. The data of a read follows when there is no error.
///
/// | offset | bytes | field                     |
/// |-------:|------:|---------------------------|
/// |      0 |     4 | `0x67446698`              |
/// |      4 |     4 | error, see [ErrorCode]    |
/// |      8 |     8 | cookie of the request     |
public record SimpleReply(int error, long cookie) {
  public static final int BYTES = 4 + 4 + 8;
  public static final int MAGIC = 0x67446698;

  public void writeTo(ByteBuffer out) {
    out.putInt(MAGIC).putInt(error).putLong(cookie);
  }

  /// After the magic, which tells it from a [Chunk].
  public static SimpleReply read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, BYTES - 4, "a reply");
    return new SimpleReply(in.getInt(), in.getLong());
  }
}
