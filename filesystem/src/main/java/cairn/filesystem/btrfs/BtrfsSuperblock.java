package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.Optional;

/// The superblock, `struct btrfs_super_block`: 4096 bytes at 64 KiB, with copies at 64 MiB and 256
/// GiB. The kernel mounts by the first one. Little-endian.
///
/// | offset | bytes | field                                                 |
/// |-------:|------:|-------------------------------------------------------|
/// |   0x00 |    32 | checksum of all after it                              |
/// |   0x20 |    16 | UUID                                                  |
/// |   0x30 |     8 | where this superblock lies                            |
/// |   0x38 |     8 | flags                                                 |
/// |   0x40 |     8 | `_BHRfS_M`                                            |
/// |   0x48 |     8 | generation                                            |
/// |   0x50 |    24 | roots of the tree of roots, of chunks, of the log     |
/// |   0x78 |     8 | bytes in use, over all devices                        |
/// |   0x90 |     8 | sizes of sector and node                              |
/// |   0xa0 |     4 | bytes of the system chunks                            |
/// |   0xa4 |     8 | generation of the tree of chunks                      |
/// |   0xb4 |    16 | ro_compat and incompat features                       |
/// |   0xc4 |     4 | kind of checksum; levels of the two trees             |
/// |   0xc9 |    98 | this device: id, size                                 |
/// |  0x12b |   256 | label                                                 |
/// |  0x23b |    16 | UUID in the metadata, with METADATA_UUID              |
/// |  0x32b |  2048 | system chunks: keys and [Chunk]s in turn              |
final class BtrfsSuperblock {
  static final int OFFSET = 64 << 10;
  static final int BYTES = 4096;
  static final long[] COPIES = {OFFSET, 64L << 20, 256L << 30};

  private static final String MAGIC = "_BHRfS_M";
  private static final int MAGIC_AT = 0x40;
  private static final int SECTOR_MIN = 4 << 10;
  private static final int NODE_MAX = 64 << 10;
  private static final int LEVEL_MAX = 7;
  private static final int SYSTEM_CHUNKS_AT = 0x32b;
  private static final int SYSTEM_CHUNKS_BYTES = 2048;

  /// WRITTEN, RELOC, SEEDING.
  private static final long FLAGS_KNOWN = 0x3 | 1L << 32;

  /// FREE_SPACE_TREE and its VALID, VERITY, BLOCK_GROUP_TREE.
  private static final long RO_COMPAT_KNOWN = 0xF;

  /// All up to RAID1C34, and SIMPLE_QUOTA. Not among them are zoned devices, the second extent tree
  /// and the tree of RAID stripes.
  private static final long INCOMPAT_KNOWN = 0xFFF | 0x10000;

  private static final long INCOMPAT_METADATA_UUID = 0x400;

  private final Fields fields;
  private final Checksum checksum;

  private BtrfsSuperblock(Fields fields, Checksum checksum) {
    this.fields = fields;
    this.checksum = checksum;
  }

  static boolean recognises(Fields head) {
    return head.holds(OFFSET + MAGIC_AT, MAGIC);
  }

  static BtrfsSuperblock read(BlockReader volume) throws IOException, CorruptData {
    Subject subject = subject();
    Fields fields = Fields.littleEndian(Area.read(volume, OFFSET, BYTES, subject));
    subject.check(fields.holds(MAGIC_AT, MAGIC), "magic", fields.u64(MAGIC_AT), MAGIC);
    Checksum checksum = Checksum.numbered(fields.u16(0xc4), subject);
    checksum.check(fields, subject);
    BtrfsSuperblock superblock = new BtrfsSuperblock(fields, checksum);
    superblock.check(subject);
    return superblock;
  }

  Checksum checksum() {
    return checksum;
  }

  long generation() {
    return fields.u64(0x48);
  }

  TreeRoot rootTree() {
    return new TreeRoot(TreeRoot.ROOTS, fields.u64(0x50), fields.u8(0xc6), generation());
  }

  TreeRoot chunkTree() {
    return new TreeRoot(TreeRoot.CHUNKS, fields.u64(0x58), fields.u8(0xc7), fields.u64(0xa4));
  }

  boolean hasLog() {
    return fields.u64(0x60) != 0;
  }

  long bytesUsed() {
    return fields.u64(0x78);
  }

  int sectorBytes() {
    return fields.i32(0x90);
  }

  int nodeBytes() {
    return fields.i32(0x94);
  }

  long deviceId() {
    return fields.u64(0xc9);
  }

  long deviceBytes() {
    return fields.u64(0xd1);
  }

  Optional<String> uuid() {
    return fields.uuid(0x20);
  }

  Optional<String> label() {
    return fields.text(0x12b, 256);
  }

  /// What metadata blocks carry.
  byte[] metadataUuid() {
    return fields.raw((incompat() & INCOMPAT_METADATA_UUID) != 0 ? 0x23b : 0x20, 16);
  }

  Fields systemChunks() {
    return fields.part(SYSTEM_CHUNKS_AT, fields.i32(0xa0));
  }

  void checkFeatures() throws MapRefused {
    MapRefused.unknownFeatures("incompat", incompat(), INCOMPAT_KNOWN);
    MapRefused.unknownFeatures("ro_compat", fields.u64(0xb4), RO_COMPAT_KNOWN);
    MapRefused.unknownFeatures("superblock", fields.u64(0x38), FLAGS_KNOWN);
  }

  private long incompat() {
    return fields.u64(0xbc);
  }

  private void check(Subject subject) throws CorruptData {
    subject.checkEqual(fields.u64(0x30), OFFSET, "place");
    checkPower(subject, "sector size", sectorBytes(), SECTOR_MIN);
    checkPower(subject, "node size", nodeBytes(), sectorBytes());
    subject.check(fields.u8(0xc6) <= LEVEL_MAX, "root level", fields.u8(0xc6), LEVEL_MAX);
    subject.check(fields.u8(0xc7) <= LEVEL_MAX, "chunk level", fields.u8(0xc7), LEVEL_MAX);
    long chunks = fields.u32(0xa0);
    subject.check(
        chunks <= SYSTEM_CHUNKS_BYTES, "system chunks", chunks, "up to " + SYSTEM_CHUNKS_BYTES);
    subject.check(deviceBytes() > 0, "device size", deviceBytes(), 1);
  }

  private static void checkPower(Subject subject, String field, int bytes, int min)
      throws CorruptData {
    boolean good = bytes >= min && bytes <= NODE_MAX && Integer.bitCount(bytes) == 1;
    subject.check(good, field, bytes, "a power of two, " + min + ".." + NODE_MAX);
  }

  private static Subject subject() {
    return Subject.of("superblock", "btrfs").at(Long.toString(OFFSET));
  }
}
