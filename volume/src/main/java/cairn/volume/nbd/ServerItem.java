package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// The data of [OptionReply#SERVER]: an export and, for people, what it is.
///
/// | offset | bytes | field                      |
/// |-------:|------:|----------------------------|
/// |      0 |     4 | length of the name         |
/// |      4 |     n | name, UTF-8                |
/// |    4+n |       | description, up to the end |
public record ServerItem(String name, String description) {
  public byte[] toBytes() {
    byte[] encodedName = Wire.utf8(name);
    byte[] text = Wire.utf8(description);
    return ByteBuffer.allocate(4 + encodedName.length + text.length)
        .putInt(encodedName.length)
        .put(encodedName)
        .put(text)
        .array();
  }

  public static ServerItem read(ByteBuffer in) throws ProtocolError {
    String name = Wire.prefixed(in, "the name of an export");
    return new ServerItem(name, Wire.text(in, in.remaining(), "the description of an export"));
  }
}
