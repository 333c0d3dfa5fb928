package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// The data of [OptionReply#META_CONTEXT].
///
/// | offset | bytes | field                                                     |
/// |-------:|------:|-----------------------------------------------------------|
/// |      0 |     4 | id, by which [BlockStatus] names it; none after a listing |
/// |      4 |       | name, UTF-8, up to the end                                |
public record ContextItem(int id, String name) {
  public byte[] toBytes() {
    byte[] encoded = Wire.utf8(name);
    return ByteBuffer.allocate(4 + encoded.length).putInt(id).put(encoded).array();
  }

  public static ContextItem read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, 4, "a context");
    return new ContextItem(in.getInt(), Wire.text(in, in.remaining(), "the name of a context"));
  }
}
