package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.util.zip.CRC32C;

/// What each structure of version 5 carries beside its content, and where in it: a checksum, the
/// UUID, the place in the log of its last change, and for most the place where it lies, in 512
/// bytes, and the inode that owns it.
///
/// The checksum is a CRC-32C over the whole structure with the field itself taken as zero, stored
/// in little-endian order.
public enum XfsSeal {
  SUPERBLOCK(224, -1, 240, -1, -1),
  GROUP(216, 64, 208, -1, -1),
  INODES(312, 296, 320, -1, -1),
  FREE_LIST(32, 8, 24, -1, -1),
  SHORT_TREE(52, 32, 24, 16, -1),
  LONG_TREE(64, 40, 32, 24, 56),
  DIRECTORY(4, 24, 16, 8, 40),
  INDEX(12, 32, 24, 16, 48),
  REMOTE(12, 16, 48, 40, 32),
  INODE(100, 160, 112, -1, 152),
  QUOTA(108, 120, 112, -1, -1);

  private static final byte[] FIELD = new byte[4];

  private final int checksumAt;
  private final int uuidAt;
  private final int changeAt;
  private final int placeAt;
  private final int ownerAt;

  XfsSeal(int checksumAt, int uuidAt, int changeAt, int placeAt, int ownerAt) {
    this.checksumAt = checksumAt;
    this.uuidAt = uuidAt;
    this.changeAt = changeAt;
    this.placeAt = placeAt;
    this.ownerAt = ownerAt;
  }

  int uuidAt() {
    return uuidAt;
  }

  int changeAt() {
    return changeAt;
  }

  int placeAt() {
    return placeAt;
  }

  int ownerAt() {
    return ownerAt;
  }

  /// @param from where the structure begins in the bytes
  void checkSum(Fields fields, int from, int length, Subject subject) throws CorruptData {
    long have = Integer.toUnsignedLong(Integer.reverseBytes(fields.i32(from + checksumAt)));
    subject.checkEqual(have, checksum(fields.bytes(), from, length), "checksum");
  }

  /// Makes the checksum right: for tests that damage something else.
  public void renew(byte[] bytes, int from, int length) {
    long sum = checksum(bytes, from, length);
    for (int index = 0; index < FIELD.length; index++) {
      bytes[from + checksumAt + index] = (byte) (sum >>> (8 * index));
    }
  }

  private long checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, checksumAt);
    crc.update(FIELD);
    int rest = checksumAt + FIELD.length;
    crc.update(bytes, from + rest, length - rest);
    return crc.getValue();
  }
}
