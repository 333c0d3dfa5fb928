package cairn.filesystem.xfs.layout;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.LongStream;

/// The superblock, `struct xfs_dsb`: the first sector of each allocation group; this is the one of
/// the first group.
///
/// | offset | bytes | field                                                  |
/// |-------:|------:|--------------------------------------------------------|
/// |      0 |     4 | `XFSB`                                                 |
/// |      4 |     4 | bytes of a block                                       |
/// |      8 |     8 | blocks                                                 |
/// |     32 |    16 | UUID                                                   |
/// |     16 |     8 | blocks of the realtime section                         |
/// |     48 |     8 | first block of the log; 0 when it lies elsewhere       |
/// |     56 |    24 | inodes of the root, realtime bitmap, realtime summary  |
/// |     84 |     8 | blocks of a group, number of groups                    |
/// |     96 |     4 | blocks of the log                                      |
/// |    100 |     2 | version in the lowest four bits, features of version 4 |
/// |    102 |     2 | bytes of a sector                                      |
/// |    104 |     4 | bytes of an inode, inodes in a block                   |
/// |    108 |    12 | label                                                  |
/// |    120 |     4 | logarithms of the four: block, sector, inode, inodes   |
/// |    124 |     1 | logarithm of the blocks of a group, rounded up         |
/// |    126 |     2 | not 0 while mkfs is at work; how many % may be inodes  |
/// |    128 |    32 | inodes, free ones, free blocks, free realtime extents  |
/// |    160 |    16 | inodes of the quotas of users, of groups or projects   |
/// |    176 |     2 | which quotas there are                                 |
/// |    180 |    12 | alignment of inodes; stripe unit and width, in blocks  |
/// |    192 |     1 | logarithm of the blocks of a block of directories      |
/// |    193 |     7 | the log's sectors and stripe unit                      |
/// |    200 |     4 | more features of version 4                             |
/// |    212 |     8 | ro_compat and incompat features of version 5           |
/// |    224 |     4 | checksum                                               |
/// |    228 |     4 | alignment of pieces of inodes, with sparse ones        |
/// |    232 |     8 | inode of the quotas of projects                        |
/// |    248 |    16 | UUID in the metadata, with META_UUID                   |
public final class XfsSuperblock {
  static final long NO_INODE = -1;
  static final String MAGIC = "XFSB";
  private static final int SECTOR_MIN = 512;
  private static final int SECTOR_MAX = 32 << 10;
  private static final int BLOCK_MAX = 64 << 10;
  private static final int GROUP_BLOCKS_MIN = 64;
  private static final long GROUP_BYTES_MAX = 1L << 40;

  /// FTYPE, SPINODES, META_UUID, BIGTIME, NREXT64, EXCHRANGE, PARENT. Not among them is
  /// NEEDSREPAIR.
  private static final int INCOMPAT_KNOWN = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80;

  static final int INCOMPAT_META_UUID = 0x4;

  /// FINOBT, RMAPBT, REFLINK, INOBTCNT.
  private static final int RO_COMPAT_KNOWN = 0x1 | 0x2 | 0x4 | 0x8;

  /// Attributes, links, quota, alignment, log version 2, sectors, extent flags, directories of
  /// version 2, case folding, and that there are more features. Not among them is a shared volume.
  static final int VERSION_KNOWN = 0xFDFF;

  /// Lazy counts, attributes of version 2, 32-bit projects, checksums, file types.
  static final int FEATURES2_KNOWN = 0x2 | 0x8 | 0x80 | 0x100 | 0x200;

  private static final int VERSION_QUOTA = 0x40;
  static final int VERSION_MORE = 0x8000;
  static final int VERSION_MASK = 0xF;

  private static final int INODE_MIN = 256;
  private static final int INODE_MAX = 2048;
  private static final int DIRECTORY_BLOCK_MAX = 64 << 10;
  private static final int FOLD_CASE = 0x4000;

  private final Fields fields;
  private final byte[] metadataUuid;

  private XfsSuperblock(Fields fields) {
    this.fields = fields;
    boolean own = hasChecksums() && (incompatible() & INCOMPAT_META_UUID) != 0;
    this.metadataUuid = fields.raw(own ? 248 : 32, 16);
  }

  Fields fields() {
    return fields;
  }

  public static boolean recognises(Fields head) {
    return head.holds(0, MAGIC);
  }

  public static XfsSuperblock read(BlockReader volume) throws IOException, CorruptData {
    Subject subject = subject(0);
    byte[] start = Area.read(volume, 0, SECTOR_MIN, subject);
    int sector = Fields.bigEndian(start).u16(102);
    boolean good = sector >= SECTOR_MIN && sector <= SECTOR_MAX && Integer.bitCount(sector) == 1;
    subject.check(good, "sector size", sector, SECTOR_MIN);
    byte[] bytes = Area.read(volume, 0, sector, subject);
    XfsSuperblock superblock = new XfsSuperblock(Fields.bigEndian(bytes));
    superblock.check();
    return superblock;
  }

  /// The copy at the start of a group, of which nothing has been checked.
  ///
  /// @param group in `[0, groups())`
  public Fields copy(BlockReader volume, long group) throws IOException, CorruptData {
    return Fields.bigEndian(
        Area.read(volume, groupOffset(group), sectorBytes(), subject(groupOffset(group))));
  }

  public boolean hasChecksums() {
    return version() == 5;
  }

  public int blockBytes() {
    return fields.i32(4);
  }

  public int sectorBytes() {
    return fields.u16(102);
  }

  public long blocks() {
    return fields.u64(8);
  }

  public long bytes() {
    return blocks() * blockBytes();
  }

  public long groupBlocks() {
    return fields.u32(84);
  }

  public long groups() {
    return fields.u32(88);
  }

  /// The last group may be smaller than the others.
  public long groupBlocks(long group) {
    return Math.min(groupBlocks(), blocks() - group * groupBlocks());
  }

  public long groupOffset(long group) {
    return group * groupBlocks() * blockBytes();
  }

  /// How many blocks the headers of a group take, four sectors.
  public long headerBlocks() {
    return Math.ceilDiv(4L * sectorBytes(), blockBytes());
  }

  /// Whether there can be a block of this number.
  public boolean isBlock(long block) {
    return block >= 0 && group(block) < groups() && inGroup(block) < groupBlocks(group(block));
  }

  /// The group of a block.
  public long group(long block) {
    return block >>> fields.u8(124);
  }

  /// The number of a block in its group.
  public long inGroup(long block) {
    return block & ((1L << fields.u8(124)) - 1);
  }

  public long block(long group, long inGroup) {
    return group << fields.u8(124) | inGroup;
  }

  /// Where a block lies, in bytes.
  public long offset(long block) {
    return groupOffset(group(block)) + inGroup(block) * blockBytes();
  }

  public int inodeBytes() {
    return fields.u16(104);
  }

  public int inodesPerBlock() {
    return fields.u16(106);
  }

  /// Whether there can be an inode of this number.
  public boolean isInode(long inode) {
    return inode > 0
        && inode >>> inodeShift() < groups()
        && isBlock(inode >>> fields.u8(123))
        && inGroup(inode >>> fields.u8(123)) >= headerBlocks();
  }

  /// @param inGroup its number in the group, as it was read from somewhere
  public boolean isInode(long group, long inGroup) {
    return inGroup >>> inodeShift() == 0 && isInode(inode(group, inGroup));
  }

  public long inodeGroup(long inode) {
    return inode >>> inodeShift();
  }

  /// The number of an inode in its group.
  public long inodeInGroup(long inode) {
    return inode & ((1L << inodeShift()) - 1);
  }

  public long inode(long group, long inGroup) {
    return group << inodeShift() | inGroup;
  }

  /// Where an inode lies, in bytes.
  public long inodeOffset(long inode) {
    int shift = fields.u8(123);
    return offset(inode >>> shift) + (inode & ((1L << shift) - 1)) * inodeBytes();
  }

  private int inodeShift() {
    return fields.u8(123) + fields.u8(124);
  }

  /// Blocks at whose multiples the 64 inodes that belong together begin; 0 or 1 for any.
  public long inodeAlignment() {
    return fields.u32(180);
  }

  public long rootInode() {
    return fields.u64(56);
  }

  public boolean isRealtimeInode(long inode) {
    return inode == fields.u64(64) || inode == fields.u64(72);
  }

  public boolean hasRealtime() {
    return fields.u64(16) != 0;
  }

  /// Inodes that hold quotas: of users, groups and projects; those that there are.
  public long[] quotaInodes() {
    if ((fields.u16(100) & VERSION_QUOTA) == 0) {
      return new long[0];
    }
    long projects = hasChecksums() ? fields.u64(232) : 0;
    return LongStream.of(fields.u64(160), fields.u64(168), projects)
        .filter(inode -> inode != 0 && inode != NO_INODE)
        .toArray();
  }

  public long inodes() {
    return fields.u64(128);
  }

  public long freeInodes() {
    return fields.u64(136);
  }

  public long freeBlocks() {
    return fields.u64(144);
  }

  public int directoryBlockBytes() {
    return blockBytes() << fields.u8(192);
  }

  public boolean hasLog() {
    return fields.u64(48) != 0;
  }

  /// The number of the log's first block.
  public long logBlock() {
    return fields.u64(48);
  }

  public long logBlocks() {
    return fields.u32(96);
  }

  /// In bytes.
  public long logOffset() {
    return offset(logBlock());
  }

  public long logBytes() {
    return logBlocks() * blockBytes();
  }

  public Optional<String> uuid() {
    return fields.uuid(32);
  }

  public Optional<String> label() {
    return fields.text(108, 12);
  }

  /// What metadata of version 5 carries. Not a copy.
  byte[] metadataUuid() {
    return metadataUuid;
  }

  /// Whether directories tell the types of their entries.
  public boolean hasTypes() {
    return hasChecksums() ? (incompatible() & 0x1) != 0 : (features2() & 0x200) != 0;
  }

  public boolean hasSparseInodes() {
    return hasChecksums() && (incompatible() & 0x2) != 0;
  }

  public boolean hasBigTimes() {
    return hasChecksums() && (incompatible() & 0x8) != 0;
  }

  public boolean hasLargeCounts() {
    return hasChecksums() && (incompatible() & 0x20) != 0;
  }

  public boolean hasFreeInodeTree() {
    return hasChecksums() && (readOnlyCompatible() & 0x1) != 0;
  }

  public boolean hasReverseMap() {
    return hasChecksums() && (readOnlyCompatible() & 0x2) != 0;
  }

  public boolean hasSharing() {
    return hasChecksums() && (readOnlyCompatible() & 0x4) != 0;
  }

  public boolean hasInodeBlockCounts() {
    return hasChecksums() && (readOnlyCompatible() & 0x8) != 0;
  }

  /// Whether the blocks of the trees of free extents count as free.
  public boolean hasLazyCounts() {
    return hasChecksums() || (features2() & 0x2) != 0;
  }

  /// Whether names are looked up without regard to the case of ASCII letters.
  public boolean foldsCase() {
    return (fields.u16(100) & FOLD_CASE) != 0;
  }

  int incompatible() {
    return fields.i32(216);
  }

  private int readOnlyCompatible() {
    return fields.i32(212);
  }

  private int features2() {
    return (fields.u16(100) & VERSION_MORE) != 0 ? fields.i32(200) : 0;
  }

  public void checkFeatures() throws MapRefused {
    int versionNumber = fields.u16(100);
    MapRefused.unknownFeatures("version", versionNumber, VERSION_KNOWN);
    if ((versionNumber & VERSION_MORE) != 0) {
      MapRefused.unknownFeatures("version 2", fields.u32(200), FEATURES2_KNOWN);
    }
    if (version() == 5) {
      MapRefused.unknownFeatures("ro_compat", fields.u32(212), RO_COMPAT_KNOWN);
      MapRefused.unknownFeatures("incompat", fields.u32(216), INCOMPAT_KNOWN);
    }
    if (fields.u8(126) != 0) {
      throw new MapRefused("mkfs has not finished it");
    }
  }

  int version() {
    return fields.u16(100) & VERSION_MASK;
  }

  private void check() throws CorruptData {
    Subject subject = subject(0);
    subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
    subject.check(version() == 4 || version() == 5, "version", version(), 5);
    if (hasChecksums()) {
      XfsSeal.SUPERBLOCK.checkSum(fields, 0, fields.size(), subject);
    }
    int block = blockBytes();
    boolean goodBlock =
        block >= sectorBytes() && block <= BLOCK_MAX && Integer.bitCount(block) == 1;
    subject.check(goodBlock, "block size", block, sectorBytes() + ".." + BLOCK_MAX);
    subject.checkEqual(fields.u8(120), log(block), "logarithm of the block size");
    subject.checkEqual(fields.u8(121), log(sectorBytes()), "logarithm of the sector size");
    checkGroups(subject);
    checkInodes(subject);
    if (hasLog()) {
      boolean goodStart = isBlock(logBlock()) && inGroup(logBlock()) > 0;
      long most = goodStart ? groupBlocks(group(logBlock())) - inGroup(logBlock()) : 0;
      boolean goodLog = logBlocks() > 0 && logBlocks() <= most;
      subject.check(goodLog, "log", logBlock() + "+" + logBlocks(), "within a group");
    }
  }

  private void checkGroups(Subject subject) throws CorruptData {
    long group = groupBlocks();
    boolean goodGroup = group >= GROUP_BLOCKS_MIN && group * blockBytes() <= GROUP_BYTES_MAX;
    subject.check(goodGroup, "group size", group, GROUP_BLOCKS_MIN);
    subject.check(
        blocks() >= group && blocks() <= Long.MAX_VALUE / blockBytes(), "blocks", blocks(), group);
    subject.checkEqual(groups(), Math.ceilDiv(blocks(), group), "groups");
    int log = Long.SIZE - Long.numberOfLeadingZeros(group - 1);
    subject.checkEqual(fields.u8(124), log, "logarithm of the group size");
  }

  private void checkInodes(Subject subject) throws CorruptData {
    int inode = inodeBytes();
    int most = Math.min(INODE_MAX, blockBytes() / 2);
    boolean goodInode = inode >= INODE_MIN && inode <= most && Integer.bitCount(inode) == 1;
    subject.check(goodInode, "inode size", inode, INODE_MIN + ".." + most);
    subject.checkEqual(inodesPerBlock(), blockBytes() / inode, "inodes of a block");
    subject.checkEqual(fields.u8(122), log(inode), "logarithm of the inode size");
    subject.checkEqual(fields.u8(123), log(inodesPerBlock()), "logarithm of the inodes of a block");
    boolean goodDirectory =
        fields.u8(192) < Integer.SIZE
            && (long) blockBytes() << fields.u8(192) <= DIRECTORY_BLOCK_MAX;
    subject.check(goodDirectory, "logarithm of directory blocks", fields.u8(192), 0);
  }

  private static int log(int power) {
    return Integer.numberOfTrailingZeros(power);
  }

  static Subject subject(long offset) {
    return Subject.of("superblock", "xfs").at(Long.toString(offset));
  }
}
