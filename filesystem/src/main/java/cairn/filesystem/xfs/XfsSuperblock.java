package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.Optional;

/// The superblock, `struct xfs_dsb`: the first sector of each allocation group; this is the one of
/// the first group.
///
/// | offset | bytes | field                                                  |
/// |-------:|------:|--------------------------------------------------------|
/// |      0 |     4 | `XFSB`                                                 |
/// |      4 |     4 | bytes of a block                                       |
/// |      8 |     8 | blocks                                                 |
/// |     32 |    16 | UUID                                                   |
/// |     48 |     8 | first block of the log; 0 when it lies elsewhere       |
/// |     84 |     8 | blocks of a group, number of groups                    |
/// |     96 |     4 | blocks of the log                                      |
/// |    100 |     2 | version in the lowest four bits, features of version 4 |
/// |    102 |     2 | bytes of a sector                                      |
/// |    108 |    12 | label                                                  |
/// |    120 |     2 | logarithms of block and sector                         |
/// |    124 |     1 | logarithm of the blocks of a group, rounded up         |
/// |    126 |     1 | not 0 while mkfs is at work                            |
/// |    200 |     4 | more features of version 4                             |
/// |    212 |     8 | ro_compat and incompat features of version 5           |
/// |    224 |     4 | checksum                                               |
/// |    248 |    16 | UUID in the metadata, with META_UUID                   |
final class XfsSuperblock {
  static final int NULL_BLOCK = -1;

  private static final String MAGIC = "XFSB";
  private static final int CHECKSUM_AT = 224;
  private static final int SECTOR_MIN = 512;
  private static final int SECTOR_MAX = 32 << 10;
  private static final int BLOCK_MAX = 64 << 10;
  private static final int GROUP_BLOCKS_MIN = 64;
  private static final long GROUP_BYTES_MAX = 1L << 40;

  /// FTYPE, SPINODES, META_UUID, BIGTIME, NREXT64, EXCHRANGE, PARENT. Not among them is
  /// NEEDSREPAIR.
  private static final int INCOMPAT_KNOWN = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80;

  private static final int INCOMPAT_META_UUID = 0x4;

  /// FINOBT, RMAPBT, REFLINK, INOBTCNT.
  private static final int RO_COMPAT_KNOWN = 0x1 | 0x2 | 0x4 | 0x8;

  /// Attributes, links, quota, alignment, log version 2, sectors, extent flags, directories of
  /// version 2, case folding, and that there are more features. Not among them is a shared volume.
  private static final int VERSION_KNOWN = 0xFDFF;

  /// Lazy counts, attributes of version 2, 32-bit projects, checksums, file types.
  private static final int FEATURES2_KNOWN = 0x2 | 0x8 | 0x80 | 0x100 | 0x200;

  private static final int VERSION_MORE = 0x8000;
  private static final int VERSION_MASK = 0xF;

  private final Fields fields;

  private XfsSuperblock(Fields fields) {
    this.fields = fields;
  }

  static boolean recognises(Fields head) {
    return head.holds(0, MAGIC);
  }

  static XfsSuperblock read(BlockReader volume) throws IOException, CorruptData {
    Subject subject = subject();
    byte[] start = Area.read(volume, 0, SECTOR_MIN, subject);
    int sector = Fields.bigEndian(start).u16(102);
    boolean good = sector >= SECTOR_MIN && sector <= SECTOR_MAX && Integer.bitCount(sector) == 1;
    subject.check(good, "sector size", sector, SECTOR_MIN);
    byte[] bytes = Area.read(volume, 0, sector, subject);
    XfsSuperblock superblock = new XfsSuperblock(Fields.bigEndian(bytes));
    superblock.check();
    return superblock;
  }

  boolean hasChecksums() {
    return version() == 5;
  }

  int blockBytes() {
    return fields.i32(4);
  }

  int sectorBytes() {
    return fields.u16(102);
  }

  long blocks() {
    return fields.u64(8);
  }

  long bytes() {
    return blocks() * blockBytes();
  }

  long groupBlocks() {
    return fields.u32(84);
  }

  long groups() {
    return fields.u32(88);
  }

  /// The last group may be smaller than the others.
  long groupBlocks(long group) {
    return Math.min(groupBlocks(), blocks() - group * groupBlocks());
  }

  long groupOffset(long group) {
    return group * groupBlocks() * blockBytes();
  }

  boolean hasLog() {
    return fields.u64(48) != 0;
  }

  /// In bytes; the number of a block has the group in its upper bits.
  long logOffset() {
    int shift = fields.u8(124);
    long start = fields.u64(48);
    long group = start >>> shift;
    long block = start & ((1L << shift) - 1);
    return (group * groupBlocks() + block) * blockBytes();
  }

  long logBytes() {
    return fields.u32(96) * blockBytes();
  }

  Optional<String> uuid() {
    return fields.uuid(32);
  }

  Optional<String> label() {
    return fields.text(108, 12);
  }

  /// What metadata of version 5 carries.
  byte[] metadataUuid() {
    boolean own = version() == 5 && (fields.i32(216) & INCOMPAT_META_UUID) != 0;
    return fields.raw(own ? 248 : 32, 16);
  }

  void checkFeatures() throws MapRefused {
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

  private int version() {
    return fields.u16(100) & VERSION_MASK;
  }

  private void check() throws CorruptData {
    Subject subject = subject();
    subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
    subject.check(version() == 4 || version() == 5, "version", version(), 5);
    if (hasChecksums()) {
      XfsSeal.check(fields, CHECKSUM_AT, subject);
    }
    int block = blockBytes();
    boolean goodBlock =
        block >= sectorBytes() && block <= BLOCK_MAX && Integer.bitCount(block) == 1;
    subject.check(goodBlock, "block size", block, sectorBytes() + ".." + BLOCK_MAX);
    checkGroups(subject);
    if (hasLog()) {
      long most = bytes() - logOffset();
      boolean goodLog = logOffset() > 0 && logBytes() > 0 && logBytes() <= most;
      subject.check(goodLog, "log", logOffset() + "+" + logBytes(), "within the file system");
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

  private static Subject subject() {
    return Subject.of("superblock", "xfs").at("0");
  }
}
