package cairn.volume.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/// The payload of [Chunk#ERROR] and [Chunk#ERROR_OFFSET].
///
/// | offset | bytes | field                                      |
/// |-------:|------:|--------------------------------------------|
/// |      0 |     4 | error, see [ErrorCode]                     |
/// |      4 |     2 | length of the text                         |
/// |      6 |     n | text for people, UTF-8                     |
/// |    6+n |     8 | where it happened; not in [Chunk#ERROR]    |
public record ErrorText(int error, String text, OptionalLong offset) {
  public byte[] toBytes() {
    byte[] encoded = Wire.utf8(text);
    // A character that is cut in two is no UTF-8, so texts that are too long go.
    byte[] shown = encoded.length > Limits.NAME_BYTES_MAX ? new byte[0] : encoded;
    ByteBuffer out = ByteBuffer.allocate(6 + shown.length + (offset.isPresent() ? 8 : 0));
    out.putInt(error).putShort((short) shown.length).put(shown);
    offset.ifPresent(out::putLong);
    return out.array();
  }

  /// Of a chunk of this type. The text is taken as it is.
  public static ErrorText read(ByteBuffer in, int type) throws ProtocolError {
    Wire.need(in, 6, "an error");
    int error = in.getInt();
    int length = Wire.u16(in, "length");
    Wire.need(in, length, "the text of an error");
    byte[] text = new byte[length];
    in.get(text);
    OptionalLong offset =
        type == Chunk.ERROR_OFFSET
            ? OptionalLong.of(Wire.u64(in, "the offset of an error"))
            : OptionalLong.empty();
    return new ErrorText(error, new String(text, StandardCharsets.UTF_8), offset);
  }
}
