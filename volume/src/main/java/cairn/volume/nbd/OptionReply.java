package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// What each reply to an option begins with; `length` bytes of data follow. An error's data is a
/// text for people.
///
/// | offset | bytes | field                            |
/// |-------:|------:|----------------------------------|
/// |      0 |     8 | `0x3e889045565a9`                |
/// |      8 |     4 | option that is replied to        |
/// |     12 |     4 | type                             |
/// |     16 |     4 | length of the data, unsigned     |
public record OptionReply(int option, int type, long length) {
  public static final int BYTES = 8 + 4 + 4 + 4;

  /// The last reply to an option that succeeded.
  public static final int ACK = 1;

  /// An export: see [ServerItem].
  public static final int SERVER = 2;

  /// A fact about an export: see [ExportInfo] and [BlockSizes].
  public static final int INFO = 3;

  /// A context: see [ContextItem].
  public static final int META_CONTEXT = 4;

  public static final int ERROR_UNSUPPORTED = error(1);
  public static final int ERROR_POLICY = error(2);
  public static final int ERROR_INVALID = error(3);
  public static final int ERROR_PLATFORM = error(4);
  public static final int ERROR_TLS_REQUIRED = error(5);
  public static final int ERROR_UNKNOWN = error(6);
  public static final int ERROR_SHUTDOWN = error(7);
  public static final int ERROR_BLOCK_SIZE_REQUIRED = error(8);
  public static final int ERROR_TOO_BIG = error(9);
  public static final int ERROR_EXTENDED_HEADERS_REQUIRED = error(10);

  private static final long MAGIC = 0x3e889045565a9L;
  private static final int ERROR_BIT = 1 << 31;

  public boolean isError() {
    return (type & ERROR_BIT) != 0;
  }

  public void writeTo(ByteBuffer out) {
    out.putLong(MAGIC).putInt(option).putInt(type).putInt((int) length);
  }

  public static OptionReply read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, BYTES, "a reply to an option");
    Wire.magic(in.getLong(), MAGIC, "a reply to an option");
    return new OptionReply(in.getInt(), in.getInt(), Wire.u32(in, "length"));
  }

  private static int error(int number) {
    return ERROR_BIT | number;
  }
}
