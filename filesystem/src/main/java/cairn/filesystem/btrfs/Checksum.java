package cairn.filesystem.btrfs;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The checksums of a file system: the first 32 bytes of each metadata block, over the rest of it.
/// Shorter ones are followed by zeros, which nobody checks.
enum Checksum {
  CRC32C(4) {
    @Override
    byte[] of(Fields block) {
      return number(Crc32c.of(block.bytes(), FIELD_BYTES, block.size() - FIELD_BYTES));
    }
  },
  XXHASH64(8) {
    @Override
    byte[] of(Fields block) {
      return number(XxHash64.of(block, FIELD_BYTES));
    }
  },
  SHA256(32) {
    @Override
    byte[] of(Fields block) {
      return sha256(block);
    }
  },
  BLAKE2(32) {
    @Override
    byte[] of(Fields block) {
      return Blake2b.of(block, FIELD_BYTES);
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

  void check(Fields block, Subject subject) throws CorruptData {
    byte[] have = block.raw(0, bytes);
    byte[] expect = Arrays.copyOf(of(block), bytes);
    if (!Arrays.equals(have, expect)) {
      HexFormat hex = HexFormat.of();
      throw subject.corrupt("checksum", hex.formatHex(have), hex.formatHex(expect));
    }
  }

  abstract byte[] of(Fields block);

  private static byte[] number(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (value >>> (8 * index));
    }
    return bytes;
  }

  private static byte[] sha256(Fields block) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(block.bytes(), FIELD_BYTES, block.size() - FIELD_BYTES);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
