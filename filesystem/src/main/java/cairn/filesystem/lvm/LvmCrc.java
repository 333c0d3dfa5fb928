package cairn.filesystem.lvm;

import java.util.zip.CRC32;

/// The checksum of LVM2: the register of CRC-32 (polynomial 0xEDB88320) that starts with a number
/// of its own and is not inverted at the end.
final class LvmCrc {
  private static final int START = 0xf597a6cf;
  private static final int POLYNOMIAL = 0xEDB88320;

  private LvmCrc() {}

  /// The JDK's CRC32 starts with all ones; four bytes bring it to any other start.
  static int of(byte[] bytes, int from, int length) {
    int before = START;
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      before = before < 0 ? ((before ^ POLYNOMIAL) << 1) | 1 : before << 1;
    }
    CRC32 crc = new CRC32();
    for (int index = 0; index < Integer.BYTES; index++) {
      crc.update(~before >>> (8 * index));
    }
    crc.update(bytes, from, length);
    return ~(int) crc.getValue();
  }
}
