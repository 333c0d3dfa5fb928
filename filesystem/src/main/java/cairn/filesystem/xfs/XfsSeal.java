package cairn.filesystem.xfs;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.util.zip.CRC32C;

/// The checksum of metadata of version 5: CRC-32C over the whole structure with the field itself
/// taken as zero, stored in little-endian order.
final class XfsSeal {
  private static final byte[] FIELD = new byte[4];

  private XfsSeal() {}

  static void check(Fields structure, int at, Subject subject) throws CorruptData {
    byte[] bytes = structure.bytes();
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, at);
    crc.update(FIELD);
    crc.update(bytes, at + FIELD.length, bytes.length - at - FIELD.length);
    long have = Integer.toUnsignedLong(Integer.reverseBytes(structure.i32(at)));
    subject.checkEqual(have, crc.getValue(), "checksum");
  }
}
