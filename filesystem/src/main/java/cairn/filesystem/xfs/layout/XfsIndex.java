package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;

/// The tree of hashes of a directory or of attributes, `struct xfs_da_blkinfo`. Each pointer stands
/// beside the last hash below it.
///
/// | offset, version 4 | bytes | field                                                  |
/// |------------------:|------:|--------------------------------------------------------|
/// |              0, 0 |     8 | right and left sibling, 0 for none                     |
/// |              8, 8 |     2 | magic, see the constants                               |
/// |             12, - |    44 | [seal][XfsSeal#INDEX]                                  |
/// |            56, 12 |     2 | number of hashes                                       |
/// |            58, 14 |     2 | level, 1 above the leaves; of a directory's leaf: stale ones |
/// |            64, 16 |       | hash, block: u32 each; of a leaf see [XfsHashes]       |
///
/// The leaf of a directory that has only one is followed by the longest unused range of each block
/// of entries, u16, and their number, u32, at its very end.
public final class XfsIndex {
  private static final int LEVELS_MAX = 5;
  private static final int NODE = 0x3EBE;
  private static final int NODE_4 = 0xFEBE;
  private static final int SINGLE_LEAF = 0x3DF1;
  private static final int SINGLE_LEAF_4 = 0xD2F1;
  private static final int LEAF = 0x3DFF;
  private static final int LEAF_4 = 0xD2FF;
  private static final int ATTRIBUTE_LEAF = 0x3BEE;
  private static final int ATTRIBUTE_LEAF_4 = 0xFBEE;
  private static final int INFO_BYTES = 56;
  private static final int INFO_BYTES_4 = 12;

  private final XfsSource source;
  private final XfsInode inode;
  private final XfsMap map;
  private final boolean directory;
  private final int blocks;

  /// @param map of the fork that it lies in
  public XfsIndex(XfsSource source, XfsInode inode, XfsMap map, XfsFork.Use use) {
    this.source = source;
    this.inode = inode;
    this.map = map;
    this.directory = use == XfsFork.Use.DATA;
    XfsSuperblock superblock = source.superblock();
    this.blocks = directory ? superblock.directoryBlockBytes() / superblock.blockBytes() : 1;
  }

  /// A block of it.
  ///
  /// @param number of it in the fork
  /// @param level 0 for a leaf
  public record Block(Fields fields, long number, int level, XfsHashes hashes, Subject subject) {
    long right() {
      return fields.u32(0);
    }

    long left() {
      return fields.u32(4);
    }

    private long last() {
      return hashes.count() == 0 ? 0 : hashes.hash(hashes.count() - 1);
    }
  }

  /// Is told the leaves in the order of their hashes.
  public interface Visitor {
    void leaf(Block leaf) throws IOException, CorruptData;

    /// Something is wrong; who does not throw it gets the rest.
    default void problem(CorruptData problem) throws CorruptData {
      throw problem;
    }
  }

  /// The leaf that is the only one of a directory, if this is one.
  public static boolean isSingle(Block block) {
    int magic = block.fields().u16(8);
    return magic == SINGLE_LEAF || magic == SINGLE_LEAF_4;
  }

  /// @param number of the block of the fork
  public Block read(long number) throws IOException, CorruptData {
    Subject subject =
        Subject.of(directory ? "directory" : "attributes", Long.toString(inode.number()))
            .at(Long.toString(number));
    XfsMap.Piece piece = map.read(source, number, blocks, subject);
    Fields fields = piece.fields();
    int magic = fields.u16(8);
    boolean isNode = magic == (checksums() ? NODE : NODE_4);
    subject.check(isNode || isLeaf(magic), "magic", magic, "that of an index");
    source.checkSeal(XfsSeal.INDEX, fields, piece.offset(), inode.number(), subject);
    int info = checksums() ? INFO_BYTES : INFO_BYTES_4;
    int count = fields.u16(info);
    int level = isNode ? fields.u16(info + 2) : 0;
    subject.check(!isNode || (level > 0 && level <= LEVELS_MAX), "level", level, LEVELS_MAX);
    int from = entriesAt(isNode);
    int most = (fields.size() - from) / XfsHashes.BYTES;
    subject.check(count <= most && (count > 0 || !isNode), "hashes", count, most);
    XfsHashes hashes = new XfsHashes(fields, from, count);
    if (!isNode && directory) {
      hashes.check(fields.u16(info + 2), subject);
    } else {
      hashes.checkOrder(subject);
    }
    return new Block(fields, number, level, hashes, subject);
  }

  /// The first leaf that may have a hash.
  Block find(long root, long hash) throws IOException, CorruptData {
    Block block = read(root);
    while (block.level() > 0) {
      int slot = Math.min(block.hashes().find(hash), block.hashes().count() - 1);
      Block child = read(block.hashes().address(slot));
      child.subject().checkEqual(child.level(), block.level() - 1, "level");
      block = child;
    }
    return block;
  }

  /// All leaves of a tree of several blocks.
  ///
  /// @return how many blocks it has
  public long visit(Block root, Visitor visitor) throws IOException, CorruptData {
    Walk walk = new Walk(visitor);
    walk.visit(root);
    walk.finish();
    return walk.count;
  }

  private final class Walk {
    private static final long UNSEEN = -1;

    private final Visitor visitor;
    private final long[] previous = new long[LEVELS_MAX + 1];
    private final long[] announced = new long[LEVELS_MAX + 1];
    private final long most = map.blocks(0, Long.MAX_VALUE) / blocks;
    private long count;
    private long lastHash;

    Walk(Visitor visitor) {
      this.visitor = visitor;
      Arrays.fill(announced, UNSEEN);
    }

    void visit(Block block) throws IOException, CorruptData {
      count++;
      block.subject().check(count <= most, "blocks of the index", count, most);
      checkSiblings(block);
      if (block.level() == 0) {
        XfsHashes hashes = block.hashes();
        if (hashes.count() > 0 && hashes.hash(0) < lastHash) {
          visitor.problem(
              block.subject().corrupt("first hash", "" + hashes.hash(0), "" + lastHash));
        }
        lastHash = Math.max(lastHash, block.last());
        visitor.leaf(block);
        return;
      }
      for (int slot = 0; slot < block.hashes().count(); slot++) {
        visitChild(block, slot);
      }
    }

    private void visitChild(Block block, int slot) throws IOException, CorruptData {
      try {
        Block child = read(block.hashes().address(slot));
        child.subject().checkEqual(child.level(), block.level() - 1, "level");
        visit(child);
        long told = block.hashes().hash(slot);
        if (child.last() != told) {
          visitor.problem(
              child.subject().corrupt("last hash", "" + child.last(), Long.toString(told)));
        }
      } catch (CorruptData e) {
        Arrays.fill(announced, 0, block.level(), UNSEEN);
        Arrays.fill(previous, 0, block.level(), UNSEEN);
        visitor.problem(e);
      }
    }

    private void checkSiblings(Block block) throws CorruptData {
      int level = block.level();
      if (previous[level] != UNSEEN && previous[level] != block.left()) {
        visitor.problem(
            block.subject().corrupt("left sibling", "" + block.left(), "" + previous[level]));
      }
      if (announced[level] != UNSEEN && announced[level] != block.number()) {
        visitor.problem(
            block.subject().corrupt("right sibling", "" + announced[level], "" + block.number()));
      }
      previous[level] = block.number();
      announced[level] = block.right();
    }

    void finish() throws CorruptData {
      for (int level = 0; level <= LEVELS_MAX; level++) {
        if (announced[level] > 0) {
          Subject subject =
              Subject.of(directory ? "directory" : "attributes", "" + inode.number())
                  .at(Long.toString(previous[level]));
          visitor.problem(subject.corrupt("right sibling", "" + announced[level], "none"));
        }
      }
    }
  }

  private boolean isLeaf(int magic) {
    if (!directory) {
      return magic == (checksums() ? ATTRIBUTE_LEAF : ATTRIBUTE_LEAF_4);
    }
    return checksums()
        ? magic == LEAF || magic == SINGLE_LEAF
        : magic == LEAF_4 || magic == SINGLE_LEAF_4;
  }

  private int entriesAt(boolean isNode) {
    if (isNode || directory) {
      return checksums() ? 64 : 16;
    }
    return checksums() ? XfsAttributeLeaf.HEADER_BYTES_5 : XfsAttributeLeaf.HEADER_BYTES;
  }

  private boolean checksums() {
    return source.superblock().hasChecksums();
  }
}
