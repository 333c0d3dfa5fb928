package cairn.volume.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The data of [OptionCode#INFO] and [OptionCode#GO].
///
/// | offset | bytes | field                                                    |
/// |-------:|------:|----------------------------------------------------------|
/// |      0 |     4 | length of the name                                       |
/// |      4 |     n | name of the export, UTF-8; empty for the default export  |
/// |    4+n |     2 | count                                                    |
/// |    6+n |   2 c | the types of the facts that are wanted                   |
public record InfoRequest(String name, List<Integer> types) {
  /// A type: [ExportInfo].
  public static final int EXPORT = 0;

  /// A type: the name of the export, as its server writes it.
  public static final int NAME = 1;

  /// A type: what the export is, for people.
  public static final int DESCRIPTION = 2;

  /// A type: [BlockSizes].
  public static final int BLOCK_SIZE = 3;

  public InfoRequest {
    types = List.copyOf(types);
  }

  public byte[] toBytes() {
    byte[] encodedName = Wire.utf8(name);
    ByteBuffer out = ByteBuffer.allocate(4 + encodedName.length + 2 + 2 * types.size());
    out.putInt(encodedName.length).put(encodedName).putShort((short) types.size());
    types.forEach(type -> out.putShort(type.shortValue()));
    return out.array();
  }

  public static InfoRequest read(ByteBuffer in) throws ProtocolError {
    String name = Wire.prefixed(in, "the name of an export");
    int count = Wire.u16(in, "the count of facts");
    List<Integer> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(Wire.u16(in, "the type of a fact"));
    }
    Wire.end(in, "the option");
    return new InfoRequest(name, types);
  }

  /// The data of [OptionReply#INFO] for a type that is a text.
  public static byte[] text(int type, String text) {
    byte[] encoded = Wire.utf8(text);
    return ByteBuffer.allocate(2 + encoded.length).putShort((short) type).put(encoded).array();
  }
}
