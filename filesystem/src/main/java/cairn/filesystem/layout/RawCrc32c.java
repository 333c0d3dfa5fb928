package cairn.filesystem.layout;

import java.util.zip.CRC32C;

/// CRC-32C as a register: it starts with any value, is not inverted at the end, and so can be
/// chained. ext4 and the hashes of btrfs use it this way.
///
/// The JDK's CRC32C is fast and always starts with all ones. Four bytes bring a register from any
/// value to any other, so a prefix of four bytes brings it to where it should start.
public final class RawCrc32c {
  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int PREFIX_BYTES = 4;

  /// For each highest byte of a register, what eight steps back make of it.
  private static final int[] BACK = new int[1 << Byte.SIZE];

  static {
    for (int highest = 0; highest < BACK.length; highest++) {
      int register = highest << 24;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        register = register < 0 ? ((register ^ POLYNOMIAL) << 1) | 1 : register << 1;
      }
      BACK[highest] = register;
    }
  }

  private RawCrc32c() {}

  public static int of(int register, byte[] bytes) {
    return of(register, bytes, 0, bytes.length);
  }

  public static int of(int register, byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(prefix(register));
    crc.update(bytes, from, length);
    return ~(int) crc.getValue();
  }

  private static byte[] prefix(int register) {
    int word = ~back(register);
    byte[] prefix = new byte[PREFIX_BYTES];
    for (int index = 0; index < PREFIX_BYTES; index++) {
      prefix[index] = (byte) (word >>> (8 * index));
    }
    return prefix;
  }

  /// The register that becomes `register` by four bytes of zeros.
  private static int back(int register) {
    int before = register;
    for (int index = 0; index < PREFIX_BYTES; index++) {
      before = BACK[before >>> 24] ^ before << Byte.SIZE;
    }
    return before;
  }
}
