package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// What a client must know of an export. After [OptionCode#EXPORT_NAME] it comes alone and without
/// its type, followed by 124 zeros unless [Greeting#NO_ZEROES] was agreed on.
///
/// | offset | bytes | field                                |
/// |-------:|------:|--------------------------------------|
/// |      0 |     2 | type, [InfoRequest#EXPORT]           |
/// |      2 |     8 | size in bytes                        |
/// |     10 |     2 | flags, see [TransmissionFlag]        |
public record ExportInfo(long size, int flags) {
  public static final int BYTES = 2 + 8 + 2;
  public static final int ZEROES_BYTES = 124;

  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES)
        .putShort((short) InfoRequest.EXPORT)
        .put(withoutType(0))
        .array();
  }

  /// The form of [OptionCode#EXPORT_NAME].
  ///
  /// @param zeroes that follow
  public byte[] withoutType(int zeroes) {
    return ByteBuffer.allocate(BYTES - 2 + zeroes).putLong(size).putShort((short) flags).array();
  }

  /// After the type.
  public static ExportInfo read(ByteBuffer in) throws ProtocolError {
    return new ExportInfo(Wire.u64(in, "the size"), Wire.u16(in, "the flags"));
  }
}
