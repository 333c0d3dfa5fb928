package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// Which requests an export takes.
///
/// | offset | bytes | field                                             |
/// |-------:|------:|---------------------------------------------------|
/// |      0 |     2 | type, [InfoRequest#BLOCK_SIZE]                    |
/// |      2 |     4 | the least size and alignment, a power of two      |
/// |      6 |     4 | the size that suits it best, a power of two       |
/// |     10 |     4 | the most that a request or reply may carry        |
public record BlockSizes(int min, int preferred, int payloadMax) {
  public static final int BYTES = 2 + 4 + 4 + 4;

  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES)
        .putShort((short) InfoRequest.BLOCK_SIZE)
        .putInt(min)
        .putInt(preferred)
        .putInt(payloadMax)
        .array();
  }

  /// After the type.
  public static BlockSizes read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, BYTES - 2, "block sizes");
    return new BlockSizes(in.getInt(), in.getInt(), in.getInt());
  }
}
