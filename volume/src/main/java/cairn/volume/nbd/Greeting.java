package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// What a server says first (fixed newstyle negotiation). The client answers with its own flags, a
/// u32 with the same bits.
///
/// | offset | bytes | field                         |
/// |-------:|------:|-------------------------------|
/// |      0 |     8 | `NBDMAGIC`                    |
/// |      8 |     8 | `IHAVEOPT`                    |
/// |     16 |     2 | flags of the handshake        |
public record Greeting(int flags) {
  public static final int BYTES = 8 + 8 + 2;
  public static final int CLIENT_FLAGS_BYTES = 4;

  /// Options may fail and be followed by others.
  public static final int FIXED_NEWSTYLE = 1;

  /// The 124 zeros after [ExportInfo] in the reply to [OptionCode#EXPORT_NAME] are left out.
  public static final int NO_ZEROES = 1 << 1;

  static final long MAGIC = 0x4e42444d41474943L;
  static final long HAVE_OPTIONS = 0x49484156454F5054L;

  public void writeTo(ByteBuffer out) {
    out.putLong(MAGIC).putLong(HAVE_OPTIONS).putShort((short) flags);
  }

  public static Greeting read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, BYTES, "the greeting");
    Wire.magic(in.getLong(), MAGIC, "the greeting");
    Wire.magic(in.getLong(), HAVE_OPTIONS, "the style of the handshake");
    return new Greeting(Wire.u16(in, "flags"));
  }
}
