package cairn.filesystem.ext.disk;

/// CRC-16 with the reflected polynomial 0xA001, as `lib/crc16.c` of Linux.
final class Crc16 {
  private static final int POLYNOMIAL = 0xA001;

  private Crc16() {}

  static int of(int register, byte[] bytes, int from, int to) {
    int crc = register;
    for (int at = from; at < to; at++) {
      crc ^= bytes[at] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
      }
    }
    return crc;
  }
}
