package cairn.filesystem.ext.disk;

import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_64BIT;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_FLEX_BG;

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
/// |   0x0e | 0x2e |     2 | free inodes                                               |
/// |   0x10 | 0x30 |     2 | directories                                               |
/// |   0x12 |      |     2 | flags: 1 no inode bitmap, 2 no block bitmap               |
/// |   0x18 | 0x38 |     2 | checksum of the block bitmap                              |
/// |   0x1a | 0x3a |     2 | checksum of the inode bitmap                              |
/// |   0x1c | 0x32 |     2 | inodes at the end of the table that were never used       |
/// |   0x1e |      |     2 | checksum of the descriptor                                |
///
/// @param number of the group, from 0
/// @param table what the descriptor was read with
/// @param at where it begins in it
public record ExtGroup(long number, Fields table, int at, ExtSuperblock superblock) {
  private static final int CHECKSUM_AT = 0x1e;
  private static final int HIGH_BLOCK_CHECKSUM_END = 0x3a;
  private static final int HIGH_INODE_CHECKSUM_END = 0x3c;
  private static final int FLAG_INODE_UNINIT = 1;
  private static final int FLAG_BLOCK_UNINIT = 2;

  public long blockBitmap() {
    return wide(0x00, 0x20);
  }

  public long inodeBitmap() {
    return wide(0x04, 0x24);
  }

  public long inodeTable() {
    return wide(0x08, 0x28);
  }

  public long freeClusters() {
    return half(0x0c, 0x2c);
  }

  public long freeInodes() {
    return half(0x0e, 0x2e);
  }

  public long directories() {
    return half(0x10, 0x30);
  }

  /// Only with checksums of descriptors this means anything.
  public long unusedInodes() {
    return half(0x1c, 0x32);
  }

  public boolean hasBitmap() {
    return !isFlagged(FLAG_BLOCK_UNINIT);
  }

  public boolean hasInodes() {
    return !isFlagged(FLAG_INODE_UNINIT);
  }

  /// How many inodes of the table were ever used.
  public long initializedInodes() {
    if (!superblock.hasDescriptorChecksums()) {
      return superblock.inodesPerGroup();
    }
    return hasInodes() ? Math.max(0, superblock.inodesPerGroup() - unusedInodes()) : 0;
  }

  /// Whether something is said of uninitialized parts, for which there are no checksums.
  public boolean hasStrayFlags() {
    int flags = table.u16(at + 0x12) & (FLAG_INODE_UNINIT | FLAG_BLOCK_UNINIT);
    return !superblock.hasDescriptorChecksums() && (flags != 0 || unusedInodes() != 0);
  }

  /// How many clusters the group has; the last one may have fewer than the others.
  public int clusters() {
    long left = superblock.blocks() - superblock.firstBlock(number);
    long blocks = Math.min(left, superblock.blocksPerGroup());
    return (int) Math.ceilDiv(blocks, (long) superblock.blocksPerCluster());
  }

  /// Checks the seal and all places.
  public void check() throws CorruptData {
    checkSeal();
    checkBlockBitmapPlace();
    checkInodeBitmapPlace();
    checkInodeTablePlace();
  }

  public void checkBlockBitmapPlace() throws CorruptData {
    checkPlace("block bitmap", blockBitmap(), 1);
  }

  public void checkInodeBitmapPlace() throws CorruptData {
    checkPlace("inode bitmap", inodeBitmap(), 1);
  }

  public void checkInodeTablePlace() throws CorruptData {
    checkPlace("inode table", inodeTable(), superblock.inodeTableBlocks());
  }

  /// Without FLEX_BG everything lies in the group that it describes.
  public boolean isHome(long block, long count) {
    long first = superblock.firstBlock(number);
    long end = Math.min(first + superblock.blocksPerGroup(), superblock.blocks());
    return superblock.incompat(INCOMPAT_FLEX_BG) || (block >= first && block + count <= end);
  }

  /// Checks a bitmap against the checksum here; a descriptor of 32 bytes keeps half of it.
  public void checkBitmap(byte[] bytes, int from) throws CorruptData {
    int length = superblock.clustersPerGroup() / 8;
    long kept = half(0x18, HIGH_BLOCK_CHECKSUM_END, 0x38);
    checkBitmap("block bitmap", bytes, from, length, kept);
  }

  /// The same for the bitmap of inodes.
  public void checkInodeBitmap(byte[] bytes, int from) throws CorruptData {
    int length = (int) (superblock.inodesPerGroup() / 8);
    long kept = half(0x1a, HIGH_INODE_CHECKSUM_END, 0x3a);
    checkBitmap("inode bitmap", bytes, from, length, kept);
  }

  public void checkSeal() throws CorruptData {
    if (superblock.hasDescriptorChecksums()) {
      int expected =
          superblock.hasChecksums() ? crc32c(superblock.checksumSeed()) : crc16(superblock);
      subject().checkEqual(table.u16(at + CHECKSUM_AT), expected, "checksum");
    }
  }

  public Subject subject() {
    return Subject.of("group descriptor", Long.toString(number));
  }

  private boolean isFlagged(int flag) {
    return superblock.hasDescriptorChecksums() && (table.u16(at + 0x12) & flag) != 0;
  }

  private long wide(int low, int high) {
    boolean both = superblock.incompat(INCOMPAT_64BIT);
    return table.u32(at + low) | (both ? table.u32(at + high) << 32 : 0);
  }

  private long half(int low, int high) {
    boolean both = superblock.incompat(INCOMPAT_64BIT);
    return table.u16(at + low) | (both ? (long) table.u16(at + high) << 16 : 0);
  }

  private long half(int low, int end, int high) {
    boolean both = superblock.descriptorBytes() >= end;
    return table.u16(at + low) | (both ? (long) table.u16(at + high) << 16 : 0);
  }

  private void checkBitmap(String kind, byte[] bytes, int from, int length, long kept)
      throws CorruptData {
    if (superblock.hasChecksums()) {
      long crc = RawCrc32c.of(superblock.checksumSeed(), bytes, from, length) & 0xFFFF_FFFFL;
      boolean whole = superblock.descriptorBytes() >= HIGH_BLOCK_CHECKSUM_END;
      Subject.of(kind, Long.toString(number))
          .checkEqual(kept, whole ? crc : crc & 0xFFFF, "checksum");
    }
  }

  private void checkPlace(String field, long block, long count) throws CorruptData {
    long first = superblock.firstDataBlock();
    long last = superblock.blocks() - count;
    subject().check(block > first && block <= last, field, block, first + 1 + ".." + last);
  }

  private byte[] copy() {
    return table.raw(at, superblock.descriptorBytes());
  }

  private int crc32c(int seed) {
    byte[] bytes = copy();
    bytes[CHECKSUM_AT] = 0;
    bytes[CHECKSUM_AT + 1] = 0;
    return RawCrc32c.of(RawCrc32c.of(seed, littleEndian(number)), bytes) & 0xFFFF;
  }

  private int crc16(ExtSuperblock superblock) {
    byte[] bytes = copy();
    byte[] uuid = superblock.uuidBytes();
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
