package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// What an inode holds, or its attributes: bytes in the inode itself, a list of extents, or the
/// root of a tree of extents.
///
/// @param from where it begins in the fields
/// @param bytes how much room it has
public record XfsFork(XfsInode inode, Use use, Fields fields, int from, int bytes) {
  private static final long OFFSET_MAX = 1L << 54;

  /// What a fork is for.
  public enum Use {
    DATA,
    ATTRIBUTES
  }

  /// Is told the extents of a fork.
  public interface Visitor {
    /// A block of the tree, before it is read.
    ///
    /// @return whether to go into it
    default boolean treeBlock(long block) {
      return true;
    }

    /// Extents come in ascending order and lie in the file system.
    void extent(XfsExtent extent, Subject subject) throws CorruptData;

    /// Something is wrong; who does not throw it gets the rest.
    default void problem(CorruptData problem) throws CorruptData {
      throw problem;
    }
  }

  public int format() {
    return inode.format(use);
  }

  /// How many extents there are to be.
  public long extents() {
    return inode.extents(use);
  }

  public boolean isLocal() {
    return format() == XfsInode.LOCAL_FORMAT;
  }

  public void visit(XfsSource source, Visitor visitor) throws IOException, CorruptData {
    Walk walk = new Walk(source.superblock(), visitor);
    if (format() == XfsInode.EXTENTS_FORMAT) {
      walk.records(fields, from, (int) extents(), inode.subject());
    } else if (format() == XfsInode.TREE_FORMAT) {
      Subject subject = inode.subject();
      new XfsTree(source, XfsTreeKind.EXTENTS, inode.number(), walk)
          .visitRoot(fields, from, bytes, subject);
    }
    if (walk.whole && walk.count != extents()) {
      visitor.problem(
          inode.subject().corrupt("extents", "" + extents(), Long.toString(walk.count)));
    }
  }

  private static final class Walk implements XfsTree.Visitor {
    private final XfsSuperblock superblock;
    private final Visitor visitor;
    private long end;
    private long count;
    private boolean whole = true;

    Walk(XfsSuperblock superblock, Visitor visitor) {
      this.superblock = superblock;
      this.visitor = visitor;
    }

    @Override
    public boolean block(long block) {
      boolean into = visitor.treeBlock(block);
      whole &= into;
      return into;
    }

    @Override
    public void records(Fields leaf, int at, int number, Subject subject)
        throws IOException, CorruptData {
      for (int slot = 0; slot < number; slot++) {
        XfsExtent extent = XfsExtent.read(leaf, at + slot * XfsExtent.BYTES);
        count++;
        try {
          check(extent, subject, slot);
          visitor.extent(extent, subject);
        } catch (CorruptData e) {
          visitor.problem(e);
        }
        end = Math.max(end, extent.end());
      }
    }

    private void check(XfsExtent extent, Subject subject, int slot) throws CorruptData {
      if (extent.offset() < end || extent.count() == 0 || extent.end() > OFFSET_MAX) {
        throw subject
            .slot(slot)
            .corrupt("offset", extent.offset() + "+" + extent.count(), "from " + end + " on");
      }
      long last = extent.block() + extent.count() - 1;
      if (!superblock.isBlock(extent.block())
          || !superblock.isBlock(last)
          || superblock.group(last) != superblock.group(extent.block())) {
        throw subject
            .slot(slot)
            .corrupt("blocks", extent.block() + "+" + extent.count(), "within a group");
      }
    }

    @Override
    public void problem(CorruptData problem) throws CorruptData {
      visitor.problem(problem);
    }
  }
}
