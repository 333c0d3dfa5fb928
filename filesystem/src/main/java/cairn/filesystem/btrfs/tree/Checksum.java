package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The checksums of a file system. A metadata block has one in its first 32 bytes, over the rest of
/// it; shorter ones are followed by zeros, which nobody checks. Data has one for each sector.
public enum Checksum {
  CRC32C(4) {
    @Override
    byte[] full(byte[] bytes, int from, int length) {
      return number(Crc32c.of(bytes, from, length));
    }
  },
  XXHASH64(8) {
    @Override
    byte[] full(byte[] bytes, int from, int length) {
      return number(XxHash64.of(bytes, from, length));
    }
  },
  SHA256(32) {
    @Override
    byte[] full(byte[] bytes, int from, int length) {
      return sha256(bytes, from, length);
    }
  },
  BLAKE2(32) {
    @Override
    byte[] full(byte[] bytes, int from, int length) {
      return Blake2b.of(bytes, from, length);
    }
  };

  static final int FIELD_BYTES = 32;

  private final int bytes;

  Checksum(int bytes) {
    this.bytes = bytes;
  }

  /// By the number in the superblock.
  static Checksum numbered(int number, Subject subject) throws CorruptData {
    int last = values().length - 1;
    subject.check(number >= 0 && number <= last, "checksum type", number, "0.." + last);
    return values()[number];
  }

  /// How many bytes one has.
  public int bytes() {
    return bytes;
  }

  /// Whether a metadata block has the right one.
  public boolean fits(byte[] block) {
    return fits(block, FIELD_BYTES, block.length - FIELD_BYTES, block, 0);
  }

  /// Whether `stored` has, from `at` on, the one of `length` bytes.
  public boolean fits(byte[] data, int from, int length, byte[] stored, int at) {
    return Arrays.equals(full(data, from, length), 0, bytes, stored, at, at + bytes);
  }

  /// The one of `length` bytes, as it is stored.
  public byte[] of(byte[] data, int from, int length) {
    return Arrays.copyOf(full(data, from, length), bytes);
  }

  void check(Fields block, Subject subject) throws CorruptData {
    if (!fits(block.bytes())) {
      HexFormat hex = HexFormat.of();
      byte[] expect = of(block.bytes(), FIELD_BYTES, block.size() - FIELD_BYTES);
      throw subject.corrupt("checksum", hex.formatHex(block.raw(0, bytes)), hex.formatHex(expect));
    }
  }

  /// The checksum, and perhaps more behind it.
  abstract byte[] full(byte[] data, int from, int length);

  private static byte[] number(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (value >>> (8 * index));
    }
    return bytes;
  }

  private static byte[] sha256(byte[] data, int from, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(data, from, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
