package cairn.filesystem.btrfs.tree;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.List;
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
public final class BtrfsSuperblock {
  private static final int OFFSET = 64 << 10;
  public static final int BYTES = 4096;
  public static final List<Long> COPIES = List.of((long) OFFSET, 64L << 20, 256L << 30);

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

  private static final long INCOMPAT_MIXED = 0x4;
  private static final long INCOMPAT_SKINNY = 0x100;
  private static final long INCOMPAT_NO_HOLES = 0x200;
  private static final long INCOMPAT_METADATA_UUID = 0x400;
  private static final long FREE_SPACE_TREE = 0x3;
  private static final long BLOCK_GROUP_TREE = 0x8;
  private static final long SEEDING = 1L << 32;
  private static final long USED_NODES_MIN = 6;
  private static final long DEVICES_MAX = 1L << 31;
  private static final int ROOTS_AT = 0x50;
  private static final int LOG_AT = 0x60;
  private static final int LEVELS_AT = 0xc6;
  private static final int LOG_LEVEL_AT = 0xc8;
  private static final int DEVICE_AT = 0xc9;
  private static final int DEVICE_BYTES = 98;

  private final Fields fields;
  private final Checksum checksum;

  private BtrfsSuperblock(Fields fields, Checksum checksum) {
    this.fields = fields;
    this.checksum = checksum;
  }

  public static boolean recognises(Fields head) {
    return head.holds(OFFSET + MAGIC_AT, MAGIC);
  }

  /// The one that counts.
  public static BtrfsSuperblock read(BlockReader volume) throws IOException, CorruptData {
    return read(volume, OFFSET);
  }

  /// @param offset of [#COPIES]
  public static BtrfsSuperblock read(BlockReader volume, long offset)
      throws IOException, CorruptData {
    Subject subject = Subject.of("superblock", "btrfs").at(Long.toString(offset));
    Fields fields = Fields.littleEndian(Area.read(volume, offset, BYTES, subject));
    subject.check(fields.holds(MAGIC_AT, MAGIC), "magic", fields.u64(MAGIC_AT), MAGIC);
    Checksum checksum = Checksum.numbered(fields.u16(0xc4), subject);
    checksum.check(fields, subject);
    BtrfsSuperblock superblock = new BtrfsSuperblock(fields, checksum);
    subject.checkEqual(fields.u64(0x30), offset, "place");
    superblock.checkSizes(subject);
    superblock.checkRest(subject);
    return superblock;
  }

  public Checksum checksum() {
    return checksum;
  }

  /// Whether every kernel that wrote to it since knew the tree of UUIDs. Else the next mount renews
  /// that tree.
  public boolean knowsUuids() {
    return fields.u64(0x233) == generation();
  }

  public long generation() {
    return fields.u64(0x48);
  }

  public TreeRoot rootTree() {
    return new TreeRoot(Ids.ROOTS, fields.u64(0x50), fields.u8(0xc6), generation());
  }

  public TreeRoot chunkTree() {
    return new TreeRoot(Ids.CHUNKS, fields.u64(0x58), fields.u8(0xc7), fields.u64(0xa4));
  }

  public boolean hasLog() {
    return fields.u64(0x60) != 0;
  }

  /// What fsync wrote since the last commit. Its blocks are those of the commit to come.
  public TreeRoot logTree() {
    return new TreeRoot(Ids.LOG, fields.u64(0x60), fields.u8(0xc8), generation() + 1);
  }

  /// Over all devices.
  public long totalBytes() {
    return fields.u64(0x70);
  }

  public long deviceCount() {
    return fields.u64(0x88);
  }

  public long bytesUsed() {
    return fields.u64(0x78);
  }

  public int sectorBytes() {
    return fields.i32(0x90);
  }

  public int nodeBytes() {
    return fields.i32(0x94);
  }

  public long deviceId() {
    return fields.u64(0xc9);
  }

  public long deviceBytes() {
    return fields.u64(0xd1);
  }

  public Optional<String> uuid() {
    return fields.uuid(0x20);
  }

  public Optional<String> label() {
    return fields.text(0x12b, 256);
  }

  /// What this device says of itself, as the tree of chunks has it.
  public Fields device() {
    return fields.part(DEVICE_AT, DEVICE_BYTES);
  }

  /// Whether free space is in a tree, and that tree is right.
  public boolean hasFreeSpaceTree() {
    return (readOnlyCompatible() & FREE_SPACE_TREE) == FREE_SPACE_TREE;
  }

  public boolean hasBlockGroupTree() {
    return (readOnlyCompatible() & BLOCK_GROUP_TREE) != 0;
  }

  public boolean isMixed() {
    return (incompat() & INCOMPAT_MIXED) != 0;
  }

  boolean isSkinny() {
    return (incompat() & INCOMPAT_SKINNY) != 0;
  }

  /// Whether files need no extents for their holes.
  public boolean hasNoHoles() {
    return (incompat() & INCOMPAT_NO_HOLES) != 0;
  }

  /// Whether it is read-only and others are built upon it.
  public boolean isSeed() {
    return (fields.u64(0x38) & SEEDING) != 0;
  }

  /// Whether another superblock is of the same file system, in the same state apart from the log.
  public boolean isCopy(BtrfsSuperblock other) {
    return generation() == other.generation()
        && fields.holds(0x20, other.fields.raw(0x20, 16))
        && fields.holds(0x48, other.fields.raw(0x48, LOG_AT - 0x48))
        && fields.holds(0x70, other.fields.raw(0x70, LOG_LEVEL_AT - 0x70))
        && fields.holds(DEVICE_AT, other.fields.raw(DEVICE_AT, DEVICE_BYTES))
        && systemChunks().size() == other.systemChunks().size()
        && systemChunks().holds(0, other.systemChunks().bytes());
  }

  /// Whether it is of the same file system.
  public boolean isSame(BtrfsSuperblock other) {
    return fields.holds(0x20, other.fields.raw(0x20, 16));
  }

  /// What metadata blocks carry.
  byte[] metadataUuid() {
    return fields.raw((incompat() & INCOMPAT_METADATA_UUID) != 0 ? 0x23b : 0x20, 16);
  }

  public Fields systemChunks() {
    return fields.part(SYSTEM_CHUNKS_AT, fields.i32(0xa0));
  }

  /// What it has that is not known, and may change the meaning of anything.
  public Optional<String> unknownFeatures() {
    return unknown("incompat", incompat(), INCOMPAT_KNOWN)
        .or(() -> unknown("ro_compat", readOnlyCompatible(), RO_COMPAT_KNOWN))
        .or(() -> unknown("superblock", fields.u64(0x38), FLAGS_KNOWN));
  }

  private static Optional<String> unknown(String kind, long present, long known) {
    long unknown = present & ~known;
    return unknown == 0
        ? Optional.empty()
        : Optional.of("unknown " + kind + " feature 0x" + Long.toHexString(unknown));
  }

  private long incompat() {
    return fields.u64(0xbc);
  }

  private long readOnlyCompatible() {
    return fields.u64(0xb4);
  }

  private void checkSizes(Subject subject) throws CorruptData {
    checkPower(subject, "sector size", sectorBytes(), SECTOR_MIN);
    checkPower(subject, "node size", nodeBytes(), sectorBytes());
    subject.checkEqual(fields.i32(0x98), nodeBytes(), "leaf size");
    boolean power = Integer.bitCount(fields.i32(0x9c)) == 1;
    subject.check(power, "stripe size", fields.u32(0x9c), "a power of two");
    long chunks = fields.u32(0xa0);
    boolean holds = chunks > Key.BYTES && chunks <= SYSTEM_CHUNKS_BYTES;
    subject.check(holds, "system chunks", chunks, "up to " + SYSTEM_CHUNKS_BYTES);
    subject.check(deviceBytes() > 0, "device size", deviceBytes(), 1);
    boolean used = Long.compareUnsigned(bytesUsed(), USED_NODES_MIN * nodeBytes()) >= 0;
    subject.check(used, "bytes used", bytesUsed(), USED_NODES_MIN * nodeBytes());
    boolean devices = deviceCount() >= 1 && deviceCount() <= DEVICES_MAX;
    subject.check(devices, "devices", deviceCount(), "1.." + DEVICES_MAX);
  }

  private void checkRest(Subject subject) throws CorruptData {
    for (int at = LEVELS_AT; at < LEVELS_AT + 3; at++) {
      subject.check(fields.u8(at) <= LEVEL_MAX, "level", fields.u8(at), LEVEL_MAX);
    }
    for (int at = ROOTS_AT; at < ROOTS_AT + 3 * Long.BYTES; at += Long.BYTES) {
      boolean aligned = (fields.u64(at) & (sectorBytes() - 1)) == 0;
      subject.check(aligned, "root", fields.u64(at), "aligned to " + sectorBytes());
    }
    boolean own = fields.holds(DEVICE_AT + 82, metadataUuid());
    subject.check(own, "fsid of the device", fields.uuid(DEVICE_AT + 82), "that of its metadata");
    boolean groups = !hasBlockGroupTree() || (hasFreeSpaceTree() && hasNoHoles());
    subject.check(groups, "features", readOnlyCompatible(), "those that block groups need");
  }

  private static void checkPower(Subject subject, String field, int bytes, int min)
      throws CorruptData {
    boolean good = bytes >= min && bytes <= NODE_MAX && Integer.bitCount(bytes) == 1;
    subject.check(good, field, bytes, "a power of two, " + min + ".." + NODE_MAX);
  }
}
