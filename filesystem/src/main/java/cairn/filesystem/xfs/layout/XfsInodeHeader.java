package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The header of the inodes of an allocation group, `struct xfs_agi`: its third sector.
///
/// | offset | bytes | field                                                     |
/// |-------:|------:|-----------------------------------------------------------|
/// |      0 |     4 | `XAGI`                                                    |
/// |      4 |     4 | version, 1                                                |
/// |      8 |     8 | number and blocks of the group                            |
/// |     16 |    12 | inodes; root and levels of the tree of inodes             |
/// |     28 |     4 | free inodes                                               |
/// |     40 |   256 | heads of 64 lists of inodes that have lost their names    |
/// |    296 |    16 | UUID, with version 5                                      |
/// |    312 |     4 | checksum, with version 5                                  |
/// |    320 |     8 | log sequence number, with version 5                       |
/// |    328 |     8 | root and levels of the tree of chunks with free inodes    |
/// |    336 |     8 | blocks of the two trees                                   |
public final class XfsInodeHeader {
  /// How many lists of inodes there are that have lost their names.
  public static final int LISTS = 64;

  /// The end of such a list.
  public static final long NO_INODE = 0xFFFF_FFFFL;

  private static final String MAGIC = "XAGI";
  private static final int VERSION = 1;
  private static final int LEVELS_MAX = 9;

  private final XfsSuperblock superblock;
  private final Fields fields;

  private XfsInodeHeader(XfsSuperblock superblock, Fields fields) {
    this.superblock = superblock;
    this.fields = fields;
  }

  public static XfsInodeHeader read(XfsSource source, long number) throws IOException, CorruptData {
    Subject subject = Subject.of("inode header", Long.toString(number));
    XfsSuperblock superblock = source.superblock();
    int sector = superblock.sectorBytes();
    long offset = superblock.groupOffset(number) + 2L * sector;
    Fields fields = source.read(offset, sector, subject);
    subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
    source.checkSeal(XfsSeal.INODES, fields, offset, 0, subject);
    subject.checkEqual(fields.u32(4), VERSION, "version");
    subject.checkEqual(fields.u32(8), number, "number");
    subject.checkEqual(fields.u32(12), superblock.groupBlocks(number), "blocks");
    XfsInodeHeader header = new XfsInodeHeader(superblock, fields);
    header.checkTree(XfsTreeKind.INODES, subject);
    if (superblock.hasFreeInodeTree()) {
      header.checkTree(XfsTreeKind.FREE_INODES, subject);
    }
    return header;
  }

  public long inodes() {
    return fields.u32(16);
  }

  public long freeInodes() {
    return fields.u32(28);
  }

  /// The first inode of a list of those that have lost their names.
  public long listHead(int list) {
    return fields.u32(40 + 4 * list);
  }

  public long root(XfsTreeKind tree) {
    return fields.u32(tree == XfsTreeKind.INODES ? 20 : 328);
  }

  public int levels(XfsTreeKind tree) {
    return fields.i32(tree == XfsTreeKind.INODES ? 24 : 332);
  }

  /// How many blocks the tree has; only kept with a feature for it.
  public long treeBlocks(XfsTreeKind tree) {
    return fields.u32(tree == XfsTreeKind.INODES ? 336 : 340);
  }

  private void checkTree(XfsTreeKind tree, Subject subject) throws CorruptData {
    long blocks = superblock.groupBlocks(fields.u32(8));
    boolean goodRoot = root(tree) > 0 && root(tree) < blocks;
    subject.check(goodRoot, "root of the " + tree.title(), root(tree), "1.." + (blocks - 1));
    boolean goodLevels = levels(tree) >= 1 && levels(tree) <= LEVELS_MAX;
    subject.check(goodLevels, "levels of the " + tree.title(), levels(tree), "1.." + LEVELS_MAX);
  }
}
