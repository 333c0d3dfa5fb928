package cairn.filesystem.ext.disk;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_HAS_JOURNAL;
import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_ORPHAN_FILE;
import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_SPARSE_SUPER2;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_64BIT;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_CSUM_SEED;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_EXT3;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_JOURNAL_DEV;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_META_BG;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_BIGALLOC;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_EXT3;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_GDT_CSUM;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_METADATA_CSUM;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_QUOTA;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_SPARSE_SUPER;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.io.IOException;
import java.util.Optional;

/// The superblock, `struct ext4_super_block`: 1024 bytes at byte 1024. Little-endian.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |   0x00 |     4 | inodes                                                      |
/// |   0x04 |     4 | blocks, low half                                            |
/// |   0x08 |     4 | reserved blocks, low half                                   |
/// |   0x0c |     4 | free blocks, low half                                       |
/// |   0x10 |     4 | free inodes                                                 |
/// |   0x14 |     4 | first data block                                            |
/// |   0x18 |     4 | block size, as 2^(10+n)                                     |
/// |   0x1c |     4 | cluster size, as 2^(10+n)                                   |
/// |   0x20 |     4 | blocks per group                                            |
/// |   0x24 |     4 | clusters per group                                          |
/// |   0x28 |     4 | inodes per group                                            |
/// |   0x38 |     2 | magic, 0xEF53                                               |
/// |   0x3a |     2 | state: 1 cleanly unmounted, 2 has errors                    |
/// |   0x4c |     4 | revision; 0 has no features                                 |
/// |   0x54 |     4 | first inode that is not reserved                            |
/// |   0x58 |     2 | inode size                                                  |
/// |   0x5a |     2 | group of a backup                                           |
/// |   0x5c |    12 | compat, incompat, ro_compat features                        |
/// |   0x68 |    16 | UUID                                                        |
/// |   0x78 |    16 | label                                                       |
/// |   0xce |     2 | reserved blocks of group descriptors                        |
/// |   0xe0 |     4 | inode of the journal                                        |
/// |   0xe8 |     4 | first inode of the list of orphans                          |
/// |   0xec |    16 | seed of the hashes of names                                 |
/// |   0xfe |     2 | size of a group descriptor, with 64BIT                      |
/// |  0x104 |     4 | first descriptor block that META_BG scatters                |
/// |  0x150 |     4 | blocks, high half, with 64BIT                               |
/// |  0x154 |     8 | reserved and free blocks, high halves, with 64BIT           |
/// |  0x15c |     2 | smallest extra size of an inode                             |
/// |  0x15e |     2 | wanted extra size of an inode                               |
/// |  0x160 |     4 | flags: 2 names are hashed as unsigned bytes                 |
/// |  0x168 |     8 | block of multiple mount protection                          |
/// |  0x175 |     1 | kind of checksum: 1 is CRC-32C                              |
/// |  0x240 |     8 | inodes of the quotas of users and groups                    |
/// |  0x24c |     8 | two groups with a backup, with SPARSE_SUPER2                |
/// |  0x26c |     4 | inode of the quotas of projects                             |
/// |  0x270 |     4 | seed of the checksums, with CSUM_SEED                       |
/// |  0x280 |     4 | inode of the orphan file                                    |
/// |  0x3fc |     4 | raw CRC-32C of all before it                                |
public final class ExtSuperblock {
  public static final int OFFSET = 1024;
  public static final int BYTES = 1024;

  private static final int MAGIC = 0xEF53;
  private static final int MAGIC_AT = 0x38;
  private static final int CHECKSUM_AT = 0x3fc;
  private static final int CRC32C = 1;
  private static final int STATE_VALID = 1;
  private static final int STATE_ERRORS = 2;
  private static final int BLOCK_LOG_MAX = 6;
  private static final int DESCRIPTOR_BYTES = 32;
  private static final int DESCRIPTOR_BYTES_64 = 64;
  private static final int INODE_BYTES = 128;
  private static final int FIRST_INODE = 11;
  private static final int FLAG_UNSIGNED_HASH = 2;
  private static final int[] QUOTA_AT = {0x240, 0x244, 0x26c};

  private final Fields fields;

  /// Those that are asked for with each inode, each entry, and each block.
  private final int incompat;

  private final int readOnlyCompat;
  private final int compat;
  private final int blockBytes;
  private final int inodeBytes;
  private final long inodes;
  private final long firstInode;
  private final long blocks;
  private final int checksumSeed;

  private ExtSuperblock(Fields fields) {
    this.fields = fields;
    this.incompat = fields.i32(0x60);
    this.readOnlyCompat = fields.i32(0x64);
    this.compat = fields.i32(0x5c);
    this.blockBytes = 1024 << fields.i32(0x18);
    this.inodeBytes = isOld() ? INODE_BYTES : fields.u16(0x58);
    this.inodes = fields.u32(0x00);
    this.firstInode = isOld() ? FIRST_INODE : fields.u32(0x54);
    long high = incompat(INCOMPAT_64BIT) ? fields.u32(0x150) << 32 : 0;
    this.blocks = high | fields.u32(0x04);
    this.checksumSeed =
        incompat(INCOMPAT_CSUM_SEED) ? fields.i32(0x270) : RawCrc32c.of(~0, fields.raw(0x68, 16));
  }

  public static boolean recognises(Fields head) {
    return head.size() >= OFFSET + BYTES && head.u16(OFFSET + MAGIC_AT) == MAGIC;
  }

  public static ExtSuperblock read(BlockReader volume) throws IOException, CorruptData {
    byte[] bytes = Area.read(volume, OFFSET, BYTES, subject());
    ExtSuperblock superblock = new ExtSuperblock(Fields.littleEndian(bytes));
    superblock.checkSeal(subject());
    if (!superblock.isJournal()) {
      superblock.checkGeometry();
      superblock.checkGroups();
    }
    return superblock;
  }

  /// A copy in another group, of which no more is checked than its seal.
  public static ExtSuperblock backup(byte[] bytes, Subject subject) throws CorruptData {
    ExtSuperblock superblock = new ExtSuperblock(Fields.littleEndian(bytes));
    superblock.checkSeal(subject);
    return superblock;
  }

  /// Such a device holds nothing but the journal of another file system, and has no geometry.
  public boolean isJournal() {
    return incompat(INCOMPAT_JOURNAL_DEV);
  }

  public String type() {
    if (isJournal()) {
      return "jbd";
    }
    boolean newer = (incompat() & ~INCOMPAT_EXT3) != 0 || (readOnlyCompat() & ~RO_COMPAT_EXT3) != 0;
    if (newer) {
      return "ext4";
    }
    return hasJournal() ? "ext3" : "ext2";
  }

  public int incompat() {
    return incompat;
  }

  public boolean incompat(int feature) {
    return (incompat & feature) != 0;
  }

  public int readOnlyCompat() {
    return readOnlyCompat;
  }

  public boolean readOnlyCompat(int feature) {
    return (readOnlyCompat & feature) != 0;
  }

  public boolean hasJournal() {
    return compat(COMPAT_HAS_JOURNAL);
  }

  public boolean isCleanlyUnmounted() {
    return (fields.u16(0x3a) & STATE_VALID) != 0;
  }

  public boolean hasErrors() {
    return (fields.u16(0x3a) & STATE_ERRORS) != 0;
  }

  public Optional<String> uuid() {
    return fields.uuid(0x68);
  }

  public Optional<String> label() {
    return fields.text(0x78, 16);
  }

  /// All of it, to be left as it is.
  public Fields fields() {
    return fields;
  }

  /// Revision 0 had neither features nor a choice of sizes.
  public boolean isOld() {
    return fields.i32(0x4c) == 0;
  }

  public int inodeBytes() {
    return inodeBytes;
  }

  public long inodes() {
    return inodes;
  }

  /// All before it are reserved.
  public long firstInode() {
    return firstInode;
  }

  public long journalInode() {
    return fields.u32(0xe0);
  }

  public long orphanFile() {
    return compat(COMPAT_ORPHAN_FILE) ? fields.u32(0x280) : 0;
  }

  /// The inode of a kind of quotas: 0 of users, 1 of groups, 2 of projects; 0 without the feature.
  public long quotaInode(int kind) {
    return readOnlyCompat(RO_COMPAT_QUOTA) ? fields.u32(QUOTA_AT[kind]) : 0;
  }

  public long freeClusters() {
    long high = incompat(INCOMPAT_64BIT) ? fields.u32(0x158) << 32 : 0;
    return (high | fields.u32(0x0c)) / blocksPerCluster();
  }

  public boolean hashesUnsigned() {
    return (fields.i32(0x160) & FLAG_UNSIGNED_HASH) != 0;
  }

  /// Whether a block of this number may belong to somebody.
  public boolean holds(long block) {
    return block > 0 && block >= firstDataBlock() && block < blocks();
  }

  /// The same for a range, which must not be empty.
  public boolean holds(long block, long count) {
    return holds(block) && count > 0 && count <= blocks() - block;
  }

  public long groupOf(long inode) {
    return (inode - 1) / inodesPerGroup();
  }

  public byte[] uuidBytes() {
    return fields.raw(0x68, 16);
  }

  /// What the checksums of this file system start with.
  public int checksumSeed() {
    return checksumSeed;
  }

  public boolean hasChecksums() {
    return readOnlyCompat(RO_COMPAT_METADATA_CSUM);
  }

  /// Only then the flags of a descriptor mean anything.
  public boolean hasDescriptorChecksums() {
    return readOnlyCompat(RO_COMPAT_METADATA_CSUM | RO_COMPAT_GDT_CSUM);
  }

  public int blockBytes() {
    return blockBytes;
  }

  /// 1 without BIGALLOC.
  public int blocksPerCluster() {
    return readOnlyCompat(RO_COMPAT_BIGALLOC) ? 1 << (fields.i32(0x1c) - fields.i32(0x18)) : 1;
  }

  public long blocks() {
    return blocks;
  }

  public long bytes() {
    return blocks() * blockBytes();
  }

  public long firstDataBlock() {
    return fields.u32(0x14);
  }

  public long blocksPerGroup() {
    return fields.u32(0x20);
  }

  public int clustersPerGroup() {
    return (int) (blocksPerGroup() / blocksPerCluster());
  }

  public long inodesPerGroup() {
    return fields.u32(0x28);
  }

  public long groups() {
    return Math.ceilDiv(blocks() - firstDataBlock(), blocksPerGroup());
  }

  public long firstBlock(long group) {
    return firstDataBlock() + group * blocksPerGroup();
  }

  public long inodeTableBlocks() {
    return Math.ceilDiv(inodesPerGroup() * inodeBytes(), blockBytes());
  }

  public int descriptorBytes() {
    return incompat(INCOMPAT_64BIT) ? fields.u16(0xfe) : DESCRIPTOR_BYTES;
  }

  public int descriptorsPerBlock() {
    return blockBytes() / descriptorBytes();
  }

  public long descriptorBlocks() {
    return Math.ceilDiv(groups(), descriptorsPerBlock());
  }

  /// Where a block of group descriptors lies, as `descriptor_loc` of `fs/ext4/super.c` says.
  public long descriptorBlock(long index) {
    long superblockAt = OFFSET / blockBytes();
    if (!isScattered(index)) {
      return superblockAt + 1 + index;
    }
    long group = index * descriptorsPerBlock();
    long before = hasSuperblock(group) ? 1 : 0;
    boolean bootBlock = index == 0 && blockBytes() == 1024 && firstDataBlock() == 0;
    return firstBlock(group) + before + (bootBlock ? 1 : 0);
  }

  /// How many blocks at the start of a group hold superblock and descriptors: at least as many as
  /// do, because a group without a bitmap has nothing else to tell it.
  public long headBlocks(long group) {
    long own = hasSuperblock(group) ? 1 + OFFSET / blockBytes() : 0;
    if (isScattered(group / descriptorsPerBlock())) {
      return own + 1;
    }
    return own == 0 ? 0 : own + descriptorBlocks() + reservedDescriptorBlocks();
  }

  /// The blocks at the start of a group that hold superblock and descriptors, or are reserved for
  /// them, as `ext2fs_reserve_super_and_bgd` says: starts and ends in turn.
  public long[] headRanges(long group) {
    long start = firstBlock(group);
    boolean bootBlock = start == 0 && blockBytes() == 1024;
    long first = bootBlock ? 1 : start;
    long own = hasSuperblock(group) ? 1 : 0;
    long scattered = group / descriptorsPerBlock();
    long end = first + own;
    if (isScattered(scattered)) {
      long slot = group % descriptorsPerBlock();
      boolean copy = slot == 0 || slot == 1 || slot == descriptorsPerBlock() - 1;
      end += copy ? 1 : 0;
    } else if (own == 1) {
      end +=
          incompat(INCOMPAT_META_BG)
              ? fields.u32(0x104)
              : descriptorBlocks() + reservedDescriptorBlocks();
    }
    return new long[] {bootBlock && blocksPerCluster() > 1 ? 0 : first, Math.min(end, blocks())};
  }

  public int reservedDescriptorBlocks() {
    return fields.u16(0xce);
  }

  public boolean isScattered(long descriptorBlock) {
    return incompat(INCOMPAT_META_BG) && descriptorBlock >= fields.u32(0x104);
  }

  /// Whether a group begins with a copy of this.
  public boolean hasSuperblock(long group) {
    if (group == 0) {
      return true;
    }
    if (compat(COMPAT_SPARSE_SUPER2)) {
      return group == fields.u32(0x24c) || group == fields.u32(0x250);
    }
    return !readOnlyCompat(RO_COMPAT_SPARSE_SUPER)
        || group == 1
        || isPower(group, 3)
        || isPower(group, 5)
        || isPower(group, 7);
  }

  private static boolean isPower(long number, int base) {
    long rest = number;
    while (rest % base == 0) {
      rest /= base;
    }
    return rest == 1;
  }

  public boolean compat(int feature) {
    return (compat & feature) != 0;
  }

  private void checkSeal(Subject subject) throws CorruptData {
    subject.checkEqual(fields.u16(MAGIC_AT), MAGIC, "magic");
    if (hasChecksums()) {
      subject.checkEqual(fields.u8(0x175), CRC32C, "checksum type");
      int crc = RawCrc32c.of(~0, fields.bytes(), 0, CHECKSUM_AT);
      subject.checkEqual(fields.i32(CHECKSUM_AT), crc, "checksum");
    }
  }

  private void checkGeometry() throws CorruptData {
    Subject subject = subject();
    int log = fields.i32(0x18);
    subject.check(log >= 0 && log <= BLOCK_LOG_MAX, "block size", log, "0.." + BLOCK_LOG_MAX);
    int clusterLog = readOnlyCompat(RO_COMPAT_BIGALLOC) ? fields.i32(0x1c) : log;
    subject.check(clusterLog >= log && clusterLog <= 20, "cluster size", clusterLog, log + "..20");
    long first = firstDataBlock();
    subject.check(first == 0 || (first == 1 && log == 0), "first data block", first, 0);
    int descriptor = descriptorBytes();
    boolean goodDescriptor =
        (descriptor == DESCRIPTOR_BYTES && !incompat(INCOMPAT_64BIT))
            || (descriptor >= DESCRIPTOR_BYTES_64
                && descriptor <= 1024
                && Integer.bitCount(descriptor) == 1);
    subject.check(goodDescriptor, "descriptor size", descriptor, DESCRIPTOR_BYTES_64);
    int inode = inodeBytes();
    boolean goodInode =
        inode >= INODE_BYTES && inode <= blockBytes() && Integer.bitCount(inode) == 1;
    subject.check(goodInode, "inode size", inode, "a power of two, 128.." + blockBytes());
  }

  private void checkGroups() throws CorruptData {
    Subject subject = subject();
    long bits = 8L * blockBytes();
    long clusters = blocksPerGroup() / blocksPerCluster();
    boolean whole = blocksPerGroup() % blocksPerCluster() == 0 && clusters % 8 == 0;
    subject.check(
        whole && clusters > 0 && clusters <= bits,
        "blocks per group",
        blocksPerGroup(),
        "eights up to " + bits + " clusters");
    if (readOnlyCompat(RO_COMPAT_BIGALLOC)) {
      subject.checkEqual(fields.u32(0x24), clusters, "clusters per group");
    }
    long inodes = inodesPerGroup();
    subject.check(inodes > 0 && inodes <= bits, "inodes per group", inodes, "1.." + bits);
    long most = Long.MAX_VALUE / blockBytes();
    subject.check(
        blocks() > firstDataBlock() && blocks() < most,
        "blocks",
        blocks(),
        "more than " + firstDataBlock());
    subject.checkEqual(fields.u32(0x00), inodes * groups() & 0xFFFF_FFFFL, "inodes");
  }

  private static Subject subject() {
    return Subject.of("superblock", "ext").at(Long.toString(OFFSET));
  }
}
