package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The header of the space of an allocation group, `struct xfs_agf`: its second sector.
///
/// | offset | bytes | field                                                     |
/// |-------:|------:|-----------------------------------------------------------|
/// |      0 |     4 | `XAGF`                                                    |
/// |      4 |     4 | version, 1                                                |
/// |      8 |     4 | number of the group                                       |
/// |     12 |     4 | blocks of the group                                       |
/// |     16 |    12 | roots of the trees of free extents and of the reverse map |
/// |     28 |    12 | their levels                                              |
/// |     40 |    12 | first, last and number of the blocks set aside            |
/// |     52 |     8 | free blocks, and those of the longest free extent         |
/// |     60 |     4 | blocks of these three trees but for their roots           |
/// |     64 |    16 | UUID, with version 5                                      |
/// |     80 |     8 | blocks of the reverse map, of the tree of shared extents  |
/// |     88 |     8 | root and levels of the tree of shared extents             |
/// |    208 |     8 | log sequence number, with version 5                       |
/// |    216 |     4 | checksum, with version 5                                  |
public final class XfsGroup {
  private static final String MAGIC = "XAGF";
  private static final int VERSION = 1;
  private static final int LEVELS_MAX = 9;

  private final XfsSuperblock superblock;
  private final Fields fields;

  private XfsGroup(XfsSuperblock superblock, Fields fields) {
    this.superblock = superblock;
    this.fields = fields;
  }

  public static XfsGroup read(XfsSource source, long number) throws IOException, CorruptData {
    Subject subject = Subject.of("group header", Long.toString(number));
    XfsSuperblock superblock = source.superblock();
    int sector = superblock.sectorBytes();
    long offset = superblock.groupOffset(number) + sector;
    Fields fields = source.read(offset, sector, subject);
    subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
    source.checkSeal(XfsSeal.GROUP, fields, offset, 0, subject);
    subject.checkEqual(fields.u32(4), VERSION, "version");
    subject.checkEqual(fields.u32(8), number, "number");
    XfsGroup group = new XfsGroup(superblock, fields);
    group.check(subject, superblock.groupBlocks(number));
    return group;
  }

  /// From 0.
  public long number() {
    return fields.u32(8);
  }

  public long blocks() {
    return fields.u32(12);
  }

  /// Where the tree begins.
  public long root(XfsTreeKind tree) {
    return switch (tree) {
      case FREE_BY_PLACE -> fields.u32(16);
      case FREE_BY_LENGTH -> fields.u32(20);
      case REVERSE -> fields.u32(24);
      case SHARED -> fields.u32(88);
      default -> throw new IllegalArgumentException(tree.toString());
    };
  }

  public int levels(XfsTreeKind tree) {
    return switch (tree) {
      case FREE_BY_PLACE -> fields.i32(28);
      case FREE_BY_LENGTH -> fields.i32(32);
      case REVERSE -> fields.i32(36);
      case SHARED -> fields.i32(92);
      default -> throw new IllegalArgumentException(tree.toString());
    };
  }

  /// Which of the blocks set aside is the first and the last, and how many there are, see
  /// [XfsFreeList].
  public long firstAside() {
    return fields.u32(40);
  }

  public long lastAside() {
    return fields.u32(44);
  }

  public long aside() {
    return fields.u32(48);
  }

  /// In the trees of free extents.
  public long freeBlocks() {
    return fields.u32(52);
  }

  public long longestFree() {
    return fields.u32(56);
  }

  /// Of the trees of free extents and the reverse map, without their roots.
  public long treeBlocks() {
    return fields.u32(60);
  }

  public long reverseBlocks() {
    return fields.u32(80);
  }

  public long sharedTreeBlocks() {
    return fields.u32(84);
  }

  private void check(Subject subject, long expected) throws CorruptData {
    subject.checkEqual(blocks(), expected, "blocks");
    checkTree(XfsTreeKind.FREE_BY_PLACE, subject);
    checkTree(XfsTreeKind.FREE_BY_LENGTH, subject);
    if (superblock.hasReverseMap()) {
      checkTree(XfsTreeKind.REVERSE, subject);
      subject.check(reverseBlocks() <= blocks(), "reverse map", reverseBlocks(), blocks());
    }
    if (superblock.hasSharing()) {
      checkTree(XfsTreeKind.SHARED, subject);
      subject.check(sharedTreeBlocks() <= blocks(), "shared", sharedTreeBlocks(), blocks());
    }
    subject.check(freeBlocks() <= blocks(), "free blocks", freeBlocks(), blocks());
    subject.check(longestFree() <= freeBlocks(), "longest", longestFree(), freeBlocks());
    int capacity = XfsFreeList.capacity(superblock);
    subject.check(firstAside() < capacity, "first set aside", firstAside(), capacity - 1);
    subject.check(lastAside() < capacity, "last set aside", lastAside(), capacity - 1);
    subject.check(aside() <= capacity, "set aside", aside(), capacity);
  }

  private void checkTree(XfsTreeKind tree, Subject subject) throws CorruptData {
    boolean goodRoot = root(tree) > 0 && root(tree) < blocks();
    subject.check(goodRoot, "root of the " + tree.title(), root(tree), "1.." + (blocks() - 1));
    boolean goodLevels = levels(tree) >= 1 && levels(tree) <= LEVELS_MAX;
    subject.check(goodLevels, "levels of the " + tree.title(), levels(tree), "1.." + LEVELS_MAX);
  }
}
