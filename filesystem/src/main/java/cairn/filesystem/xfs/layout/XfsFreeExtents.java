package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The free extents of a group in the order of their blocks.
///
/// They ascend over the whole tree, so that a tree in which a block can be reached twice is found
/// out at the second time.
public final class XfsFreeExtents implements XfsTree.Visitor {
  /// Takes a free extent, in blocks of the group.
  @FunctionalInterface
  public interface Visitor {
    void free(long block, long count) throws CorruptData;
  }

  private final XfsGroup group;
  private final Visitor visitor;
  private long end;
  private long free;

  private XfsFreeExtents(XfsGroup group, Visitor visitor) {
    this.group = group;
    this.visitor = visitor;
  }

  /// @throws CorruptData at the first thing that is wrong
  public static void visit(XfsSource source, XfsGroup group, Visitor visitor)
      throws IOException, CorruptData {
    XfsFreeExtents extents = new XfsFreeExtents(group, visitor);
    XfsTreeKind kind = XfsTreeKind.FREE_BY_PLACE;
    new XfsTree(source, kind, group.number(), extents).visit(group.root(kind), group.levels(kind));
    Subject.of(kind.title(), Long.toString(group.number()))
        .checkEqual(extents.free, group.freeBlocks(), "free blocks");
  }

  @Override
  public boolean block(long block) {
    return true;
  }

  @Override
  public void records(Fields leaf, int from, int count, Subject subject) throws CorruptData {
    for (int slot = 0; slot < count; slot++) {
      int at = from + slot * XfsTreeKind.FREE_BY_PLACE.recordBytes();
      record(leaf.u32(at), leaf.u32(at + 4), subject, slot);
    }
  }

  private void record(long block, long count, Subject subject, int slot) throws CorruptData {
    boolean goodCount = block >= end && count > 0 && count <= group.blocks() - block;
    if (!goodCount) {
      throw subject.slot(slot).corrupt("extent", block + "+" + count, "from " + end + " on");
    }
    end = block + count;
    free += count;
    visitor.free(block, count);
  }

  @Override
  public void problem(CorruptData problem) throws CorruptData {
    throw problem;
  }
}
