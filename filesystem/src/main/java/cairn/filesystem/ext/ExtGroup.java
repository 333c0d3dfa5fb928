package cairn.filesystem.ext;

import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_64BIT;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;

/// A group descriptor, `struct ext4_group_desc`: 32 bytes, or what the superblock says with 64BIT.
/// Little-endian; the high halves are there with 64BIT only.
///
/// | offset | high | bytes | field                                                     |
/// |-------:|-----:|------:|-----------------------------------------------------------|
/// |   0x00 | 0x20 |     4 | block of the block bitmap                                 |
/// |   0x04 | 0x24 |     4 | block of the inode bitmap                                 |
/// |   0x08 | 0x28 |     4 | first block of the inode table                            |
/// |   0x0c | 0x2c |     2 | free clusters                                             |
/// |   0x12 |      |     2 | flags: 1 no inode bitmap, 2 no block bitmap               |
/// |   0x18 | 0x38 |     2 | checksum of the block bitmap                              |
/// |   0x1e |      |     2 | checksum of the descriptor                                |
///
/// @param number of the group, from 0
record ExtGroup(
    long number,
    long blockBitmap,
    long inodeBitmap,
    long inodeTable,
    long freeClusters,
    boolean hasBitmap,
    int bitmapChecksum) {
  private static final int CHECKSUM_AT = 0x1e;
  private static final int HIGH_CHECKSUM_END = 0x3a;
  private static final int FLAG_BLOCK_UNINIT = 2;

  /// @param fields the descriptor alone
  static ExtGroup read(long number, Fields fields, ExtSuperblock superblock) throws CorruptData {
    Subject subject = Subject.of("group descriptor", Long.toString(number));
    checkSeal(number, fields, superblock);
    boolean high = superblock.incompat(INCOMPAT_64BIT);
    boolean uninit =
        superblock.hasDescriptorChecksums() && (fields.u16(0x12) & FLAG_BLOCK_UNINIT) != 0;
    ExtGroup group =
        new ExtGroup(
            number,
            fields.u32(0x00) | (high ? fields.u32(0x20) << 32 : 0),
            fields.u32(0x04) | (high ? fields.u32(0x24) << 32 : 0),
            fields.u32(0x08) | (high ? fields.u32(0x28) << 32 : 0),
            fields.u16(0x0c) | (high ? fields.u16(0x2c) << 16 : 0),
            !uninit,
            fields.u16(0x18) | (fields.size() >= HIGH_CHECKSUM_END ? fields.u16(0x38) << 16 : 0));
    group.checkPlace(subject, "block bitmap", group.blockBitmap, 1, superblock);
    group.checkPlace(subject, "inode bitmap", group.inodeBitmap, 1, superblock);
    long table = superblock.inodeTableBlocks();
    group.checkPlace(subject, "inode table", group.inodeTable, table, superblock);
    return group;
  }

  /// Checks a bitmap against the checksum here; a descriptor of 32 bytes keeps half of it.
  void checkBitmap(byte[] bytes, int from, ExtSuperblock superblock) throws CorruptData {
    if (!superblock.hasChecksums()) {
      return;
    }
    int length = superblock.clustersPerGroup() / 8;
    int crc = RawCrc32c.of(superblock.checksumSeed(), bytes, from, length);
    int kept = superblock.descriptorBytes() >= HIGH_CHECKSUM_END ? crc : crc & 0xFFFF;
    Subject.of("block bitmap", Long.toString(number)).checkEqual(bitmapChecksum, kept, "checksum");
  }

  private void checkPlace(
      Subject subject, String field, long block, long count, ExtSuperblock superblock)
      throws CorruptData {
    long first = superblock.firstDataBlock();
    long last = superblock.blocks() - count;
    subject.check(block > first && block <= last, field, block, first + 1 + ".." + last);
  }

  private static void checkSeal(long number, Fields fields, ExtSuperblock superblock)
      throws CorruptData {
    if (superblock.hasDescriptorChecksums()) {
      int expected =
          superblock.hasChecksums()
              ? crc32c(number, fields, superblock.checksumSeed())
              : crc16(number, fields, superblock.uuidBytes());
      Subject.of("group descriptor", Long.toString(number))
          .checkEqual(fields.u16(CHECKSUM_AT), expected, "checksum");
    }
  }

  private static int crc32c(long number, Fields fields, int seed) {
    byte[] bytes = fields.bytes().clone();
    bytes[CHECKSUM_AT] = 0;
    bytes[CHECKSUM_AT + 1] = 0;
    return RawCrc32c.of(RawCrc32c.of(seed, littleEndian(number)), bytes) & 0xFFFF;
  }

  private static int crc16(long number, Fields fields, byte[] uuid) {
    byte[] bytes = fields.bytes();
    int crc = Crc16.of(Crc16.of(0xFFFF, uuid, 0, uuid.length), littleEndian(number), 0, 4);
    crc = Crc16.of(crc, bytes, 0, CHECKSUM_AT);
    return Crc16.of(crc, bytes, CHECKSUM_AT + 2, bytes.length);
  }

  private static byte[] littleEndian(long number) {
    return new byte[] {
      (byte) number, (byte) (number >>> 8), (byte) (number >>> 16), (byte) (number >>> 24)
    };
  }
}
