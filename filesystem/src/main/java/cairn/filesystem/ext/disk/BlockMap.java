package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// Where the blocks of a file lie. May be used by several threads.
public interface BlockMap {
  /// Blocks of a file that follow each other.
  ///
  /// @param logical the first one in the file
  /// @param length how many
  /// @param physical where the first one lies, or 0 when they were never written
  record Run(long logical, long length, long physical) {
    public boolean isHole() {
      return physical == 0;
    }

    public long end() {
      return logical + length;
    }
  }

  /// A run that has this logical block in it.
  ///
  /// @param logical in `[0, 2^32)`
  Run find(long logical) throws IOException, CorruptData;

  /// The map of an inode that has one.
  ///
  /// @throws CorruptData when it has not
  static BlockMap of(Inode inode, Blocks blocks) throws CorruptData {
    return inode.hasExtents() ? new ExtentMap(inode, blocks) : new PointerMap(inode, blocks);
  }
}
