package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Walks a B-tree, `struct xfs_btree_block`. A block of it is a header, then the records of its
/// [kind][XfsTreeKind]; above the leaves all keys, then all pointers. In trees of a file the
/// numbers of blocks have 8 bytes, in others 4.
///
/// | offset, of a file | bytes | field                                  |
/// |------------------:|------:|----------------------------------------|
/// |              0, 0 |     4 | magic                                  |
/// |              4, 4 |     2 | level, 0 for a leaf                    |
/// |              6, 6 |     2 | number of records                      |
/// |              8, 8 |  8/16 | left and right sibling, -1 for none    |
/// |            16, 24 |     8 | where it lies (version 5)              |
/// |            24, 32 |     8 | log sequence number (version 5)        |
/// |            32, 40 |    16 | UUID (version 5)                       |
/// |            48, 56 |   4/8 | number of the group or inode (version 5) |
/// |            52, 64 |     4 | checksum (version 5)                   |
public final class XfsTree {
  private static final int LEVELS_MAX = 16;
  private static final int ROOT_BYTES = 4;
  private static final long NONE = -1;
  private static final long UNSEEN = -2;

  /// Is told what is in a tree.
  public interface Visitor {
    /// A block of it, before it is read.
    ///
    /// @return whether to go into it
    boolean block(long block);

    /// The records of a leaf.
    ///
    /// @param from where the first begins
    void records(Fields leaf, int from, int count, Subject subject) throws IOException, CorruptData;

    /// Something is wrong; who does not throw it gets the rest of the tree.
    void problem(CorruptData problem) throws CorruptData;
  }

  private final XfsSource source;
  private final XfsTreeKind kind;
  private final long owner;
  private final Visitor visitor;
  private final long[] previous = new long[LEVELS_MAX];
  private final long[] announced = new long[LEVELS_MAX];
  private final @Nullable XfsTreeKey[] highest = new XfsTreeKey[LEVELS_MAX];

  /// The level of a root in an inode; blocks right below it may be nearly empty.
  private int rootLevel = -1;

  /// Whether there was a block that was not gone into.
  private boolean partial;

  /// @param owner the group or the inode that it belongs to
  public XfsTree(XfsSource source, XfsTreeKind kind, long owner, Visitor visitor) {
    this.source = source;
    this.kind = kind;
    this.owner = owner;
    this.visitor = visitor;
    Arrays.fill(previous, NONE);
    Arrays.fill(announced, UNSEEN);
  }

  /// A tree whose root is a block.
  ///
  /// @param levels 1 for a root that is a leaf
  public void visit(long root, int levels) throws IOException, CorruptData {
    visitBlock(root, levels - 1, null, true);
    finish();
  }

  /// A tree whose root lies in an inode: level and number of records, then keys and pointers, of
  /// which there is room for as many as fit.
  public void visitRoot(Fields fields, int from, int bytes, Subject subject)
      throws IOException, CorruptData {
    int level = fields.u16(from);
    int count = fields.u16(from + 2);
    int most = (bytes - ROOT_BYTES) / (kind.keyBytes() + kind.pointerBytes());
    subject.check(level > 0 && level < LEVELS_MAX, "level of the root", level, 1);
    subject.check(count > 0 && count <= most, "records of the root", count, "1.." + most);
    rootLevel = level;
    visitChildren(new Node(fields, from + ROOT_BYTES, level, count, most), subject);
    finish();
  }

  /// @param most how many records there is room for
  private record Node(Fields fields, int from, int level, int count, int most) {}

  private void finish() throws CorruptData {
    for (int level = 0; level < LEVELS_MAX; level++) {
      if (announced[level] != UNSEEN && announced[level] != NONE) {
        Subject subject = subject(previous[level]);
        visitor.problem(subject.corrupt("right sibling", Long.toString(announced[level]), "none"));
      }
    }
  }

  private void visitBlock(long block, int level, @Nullable XfsTreeKey key, boolean isRoot)
      throws IOException, CorruptData {
    highest[level] = null;
    Subject subject = subject(block);
    try {
      subject.check(isPlace(block), "pointer", block, "a block of the file system");
      if (!visitor.block(block)) {
        partial = true;
        forget(level);
        return;
      }
      Node node = read(block, level, isRoot, subject);
      checkSiblings(node, block, subject);
      visitNode(node, key, subject);
    } catch (CorruptData e) {
      forget(level);
      visitor.problem(e);
    }
  }

  private void visitNode(Node node, @Nullable XfsTreeKey key, Subject subject)
      throws IOException, CorruptData {
    if (key != null && node.count() > 0) {
      XfsTreeKey have = first(node);
      if (have.compareTo(key) != 0) {
        visitor.problem(subject.corrupt("first key", have.toString(), key.toString()));
      }
    }
    if (node.level() > 0) {
      visitChildren(node, subject);
      return;
    }
    noteHighest(node);
    visitor.records(node.fields(), node.from(), node.count(), subject);
  }

  private XfsTreeKey first(Node node) {
    return node.level() == 0
        ? kind.recordKey(node.fields(), node.from())
        : kind.key(node.fields(), node.from());
  }

  private void visitChildren(Node node, Subject subject) throws IOException, CorruptData {
    XfsTreeKey most = null;
    for (int slot = 0; slot < node.count(); slot++) {
      int at = node.from() + slot * kind.keyBytes();
      int pointerAt = node.from() + node.most() * kind.keyBytes() + slot * kind.pointerBytes();
      Fields fields = node.fields();
      long pointer = kind.isLong() ? fields.u64(pointerAt) : fields.u32(pointerAt);
      visitBlock(pointer, node.level() - 1, kind.key(fields, at), false);
      XfsTreeKey high = highest[node.level() - 1];
      if (high != null
          && !partial
          && high.compareTo(kind.key(fields, at + kind.keyBytes() / 2)) != 0) {
        XfsTreeKey told = kind.key(fields, at + kind.keyBytes() / 2);
        visitor.problem(subject.slot(slot).corrupt("high key", told.toString(), high.toString()));
      }
      if (high != null && (most == null || most.compareTo(high) < 0)) {
        most = high;
      }
    }
    highest[node.level()] = most;
  }

  private void noteHighest(Node leaf) {
    if (kind != XfsTreeKind.REVERSE) {
      return;
    }
    XfsTreeKey most = null;
    for (int slot = 0; slot < leaf.count(); slot++) {
      XfsTreeKey high = XfsReverse.read(leaf.fields(), leaf.from() + slot * 24).highKey();
      most = most == null || most.compareTo(high) < 0 ? high : most;
    }
    highest[0] = most;
  }

  private Node read(long block, int level, boolean isRoot, Subject subject)
      throws IOException, CorruptData {
    XfsSuperblock superblock = source.superblock();
    long offset = superblock.offset(kind.isLong() ? block : superblock.block(owner, block));
    Fields fields = source.read(offset, superblock.blockBytes(), subject);
    String magic = kind.magic(superblock);
    subject.check(fields.holds(0, magic), "magic", fields.u32(0), magic);
    source.checkSeal(kind.seal(), fields, offset, owner, subject);
    if (superblock.hasChecksums() && !kind.isLong()) {
      subject.checkEqual(fields.u32(48), owner, "owner");
    }
    subject.checkEqual(fields.u16(4), level, "level");
    int header = kind.headerBytes(superblock);
    int each = level == 0 ? kind.recordBytes() : kind.keyBytes() + kind.pointerBytes();
    int most = (superblock.blockBytes() - header) / each;
    boolean exempt = isRoot || level == rootLevel - 1;
    int least = !exempt ? most / 2 : level == 0 && isRoot ? 0 : 1;
    int count = fields.u16(6);
    subject.check(count >= least && count <= most, "records", count, least + ".." + most);
    return new Node(fields, header, level, count, most);
  }

  private void checkSiblings(Node node, long block, Subject subject) throws CorruptData {
    long left = sibling(node.fields(), false);
    long right = sibling(node.fields(), true);
    int level = node.level();
    if (previous[level] != UNSEEN && left != previous[level]) {
      visitor.problem(
          subject.corrupt("left sibling", Long.toString(left), Long.toString(previous[level])));
    }
    if (announced[level] != UNSEEN && announced[level] != block) {
      visitor.problem(
          subject.corrupt("place after its left sibling", "" + block, "" + announced[level]));
    }
    previous[level] = block;
    announced[level] = right;
  }

  private long sibling(Fields fields, boolean right) {
    if (kind.isLong()) {
      return fields.u64(right ? 16 : 8);
    }
    return fields.i32(right ? 12 : 8) == NONE ? NONE : fields.u32(right ? 12 : 8);
  }

  /// What comes next cannot be compared with this block, nor with what lies below it.
  private void forget(int level) {
    for (int each = 0; each <= level; each++) {
      previous[each] = UNSEEN;
      announced[each] = UNSEEN;
    }
  }

  private boolean isPlace(long block) {
    XfsSuperblock superblock = source.superblock();
    return kind.isLong()
        ? superblock.isBlock(block)
        : block > 0 && block < superblock.groupBlocks(owner);
  }

  private Subject subject(long block) {
    return Subject.of(kind.title(), Long.toString(owner)).at(Long.toString(block));
  }
}
