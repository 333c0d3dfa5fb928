package cairn.filesystem.ext;

import static cairn.filesystem.ext.ExtFeatures.COMPAT_HAS_JOURNAL;
import static cairn.filesystem.ext.ExtFeatures.COMPAT_SPARSE_SUPER2;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_64BIT;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_CSUM_SEED;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_EXT3;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_JOURNAL_DEV;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_META_BG;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_BIGALLOC;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_EXT3;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_GDT_CSUM;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_METADATA_CSUM;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_SPARSE_SUPER;

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
/// |   0x14 |     4 | first data block                                            |
/// |   0x18 |     4 | block size, as 2^(10+n)                                     |
/// |   0x1c |     4 | cluster size, as 2^(10+n)                                   |
/// |   0x20 |     4 | blocks per group                                            |
/// |   0x24 |     4 | clusters per group                                          |
/// |   0x28 |     4 | inodes per group                                            |
/// |   0x38 |     2 | magic, 0xEF53                                               |
/// |   0x3a |     2 | state: 1 cleanly unmounted, 2 has errors                    |
/// |   0x4c |     4 | revision; 0 has no features                                 |
/// |   0x58 |     2 | inode size                                                  |
/// |   0x5c |    12 | compat, incompat, ro_compat features                        |
/// |   0x68 |    16 | UUID                                                        |
/// |   0x78 |    16 | label                                                       |
/// |   0xce |     2 | reserved blocks of group descriptors                        |
/// |   0xfe |     2 | size of a group descriptor, with 64BIT                      |
/// |  0x104 |     4 | first descriptor block that META_BG scatters                |
/// |  0x150 |     4 | blocks, high half, with 64BIT                               |
/// |  0x175 |     1 | kind of checksum: 1 is CRC-32C                              |
/// |  0x24c |     8 | two groups with a backup, with SPARSE_SUPER2                |
/// |  0x270 |     4 | seed of the checksums, with CSUM_SEED                       |
/// |  0x3fc |     4 | raw CRC-32C of all before it                                |
final class ExtSuperblock {
  static final int OFFSET = 1024;
  static final int BYTES = 1024;

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

  private final Fields fields;
  private final int checksumSeed;

  private ExtSuperblock(Fields fields) {
    this.fields = fields;
    this.checksumSeed =
        incompat(INCOMPAT_CSUM_SEED) ? fields.i32(0x270) : RawCrc32c.of(~0, fields.raw(0x68, 16));
  }

  static boolean recognises(Fields head) {
    return head.size() >= OFFSET + BYTES && head.u16(OFFSET + MAGIC_AT) == MAGIC;
  }

  static ExtSuperblock read(BlockReader volume) throws IOException, CorruptData {
    byte[] bytes = Area.read(volume, OFFSET, BYTES, subject());
    ExtSuperblock superblock = new ExtSuperblock(Fields.littleEndian(bytes));
    superblock.checkSeal();
    if (!superblock.isJournal()) {
      superblock.checkGeometry();
      superblock.checkGroups();
    }
    return superblock;
  }

  /// Such a device holds nothing but the journal of another file system, and has no geometry.
  boolean isJournal() {
    return incompat(INCOMPAT_JOURNAL_DEV);
  }

  String type() {
    if (isJournal()) {
      return "jbd";
    }
    boolean newer = (incompat() & ~INCOMPAT_EXT3) != 0 || (readOnlyCompat() & ~RO_COMPAT_EXT3) != 0;
    if (newer) {
      return "ext4";
    }
    return hasJournal() ? "ext3" : "ext2";
  }

  int incompat() {
    return fields.i32(0x60);
  }

  boolean incompat(int feature) {
    return (incompat() & feature) != 0;
  }

  int readOnlyCompat() {
    return fields.i32(0x64);
  }

  boolean readOnlyCompat(int feature) {
    return (readOnlyCompat() & feature) != 0;
  }

  boolean hasJournal() {
    return (compat() & COMPAT_HAS_JOURNAL) != 0;
  }

  boolean isCleanlyUnmounted() {
    return (fields.u16(0x3a) & STATE_VALID) != 0;
  }

  boolean hasErrors() {
    return (fields.u16(0x3a) & STATE_ERRORS) != 0;
  }

  Optional<String> uuid() {
    return fields.uuid(0x68);
  }

  Optional<String> label() {
    return fields.text(0x78, 16);
  }

  byte[] uuidBytes() {
    return fields.raw(0x68, 16);
  }

  /// What the checksums of this file system start with.
  int checksumSeed() {
    return checksumSeed;
  }

  boolean hasChecksums() {
    return readOnlyCompat(RO_COMPAT_METADATA_CSUM);
  }

  /// Only then the flags of a descriptor mean anything.
  boolean hasDescriptorChecksums() {
    return readOnlyCompat(RO_COMPAT_METADATA_CSUM | RO_COMPAT_GDT_CSUM);
  }

  int blockBytes() {
    return 1024 << fields.i32(0x18);
  }

  /// 1 without BIGALLOC.
  int blocksPerCluster() {
    return readOnlyCompat(RO_COMPAT_BIGALLOC) ? 1 << (fields.i32(0x1c) - fields.i32(0x18)) : 1;
  }

  long blocks() {
    long high = incompat(INCOMPAT_64BIT) ? fields.u32(0x150) << 32 : 0;
    return high | fields.u32(0x04);
  }

  long bytes() {
    return blocks() * blockBytes();
  }

  long firstDataBlock() {
    return fields.u32(0x14);
  }

  long blocksPerGroup() {
    return fields.u32(0x20);
  }

  int clustersPerGroup() {
    return (int) (blocksPerGroup() / blocksPerCluster());
  }

  long inodesPerGroup() {
    return fields.u32(0x28);
  }

  long groups() {
    return Math.ceilDiv(blocks() - firstDataBlock(), blocksPerGroup());
  }

  long firstBlock(long group) {
    return firstDataBlock() + group * blocksPerGroup();
  }

  long inodeTableBlocks() {
    return Math.ceilDiv(inodesPerGroup() * inodeBytes(), blockBytes());
  }

  int descriptorBytes() {
    return incompat(INCOMPAT_64BIT) ? fields.u16(0xfe) : DESCRIPTOR_BYTES;
  }

  int descriptorsPerBlock() {
    return blockBytes() / descriptorBytes();
  }

  long descriptorBlocks() {
    return Math.ceilDiv(groups(), descriptorsPerBlock());
  }

  /// Where a block of group descriptors lies, as `descriptor_loc` of `fs/ext4/super.c` says.
  long descriptorBlock(long index) {
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
  long headBlocks(long group) {
    long own = hasSuperblock(group) ? 1 + OFFSET / blockBytes() : 0;
    if (isScattered(group / descriptorsPerBlock())) {
      return own + 1;
    }
    return own == 0 ? 0 : own + descriptorBlocks() + fields.u16(0xce);
  }

  private boolean isScattered(long descriptorBlock) {
    return incompat(INCOMPAT_META_BG) && descriptorBlock >= fields.u32(0x104);
  }

  private boolean hasSuperblock(long group) {
    if (group == 0) {
      return true;
    }
    if ((compat() & COMPAT_SPARSE_SUPER2) != 0) {
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

  private int compat() {
    return fields.i32(0x5c);
  }

  private int inodeBytes() {
    return fields.i32(0x4c) == 0 ? INODE_BYTES : fields.u16(0x58);
  }

  private void checkSeal() throws CorruptData {
    Subject subject = subject();
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
