package cairn.volume.qcow;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What follows the header ("Header extensions" in `qcow2.txt`), up to one of type [#END] or to the
/// name of the backing file:
///
/// | offset | bytes  | field                       |
/// |-------:|-------:|-----------------------------|
/// |      0 |      4 | type                        |
/// |      4 |      4 | length of the data          |
/// |      8 | length | data                        |
/// |        |   0..7 | zeros up to a multiple of 8 |
///
/// Whoever does not know a type passes over it.
public final class HeaderExtension {
  public static final int END = 0;
  public static final int BACKING_FORMAT = 0xE2792ACA;
  public static final int DATA_FILE = 0x44415441;

  private static final int HEAD_BYTES = 8;

  private final int type;
  private final byte[] data;

  public HeaderExtension(int type, byte[] data) {
    this.type = type;
    this.data = data.clone();
  }

  public static HeaderExtension text(int type, String text) {
    return new HeaderExtension(type, text.getBytes(StandardCharsets.UTF_8));
  }

  /// @param start the first cluster
  static List<HeaderExtension> decodeAll(byte[] start, QcowHeader header, Subject subject)
      throws CorruptData {
    long limit = header.backing().offset() == 0 ? start.length : header.backing().offset();
    ByteBuffer in = ByteBuffer.wrap(start, 0, (int) Math.min(limit, start.length));
    in.position(Math.min(header.length(), in.limit()));
    List<HeaderExtension> extensions = new ArrayList<>();
    while (in.remaining() >= HEAD_BYTES) {
      int type = in.getInt();
      int length = in.getInt();
      if (type == END) {
        break;
      }
      subject.check(
          length >= 0 && length <= in.remaining(),
          "length of extension " + QcowHeader.hex(type),
          Integer.toUnsignedString(length),
          "0.." + in.remaining());
      byte[] data = new byte[length];
      in.get(data);
      in.position(Math.min(in.limit(), in.position() + padding(length)));
      extensions.add(new HeaderExtension(type, data));
    }
    return extensions;
  }

  public void encode(ByteBuffer out) {
    out.putInt(type).putInt(data.length).put(data).put(new byte[padding(data.length)]);
  }

  static Optional<String> text(List<HeaderExtension> extensions, int type) {
    return extensions.stream()
        .filter(each -> each.type == type)
        .findFirst()
        .map(each -> new String(each.data, StandardCharsets.UTF_8));
  }

  private static int padding(int length) {
    return -length & 7;
  }
}
