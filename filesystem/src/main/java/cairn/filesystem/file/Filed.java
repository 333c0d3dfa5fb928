package cairn.filesystem.file;

import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// A format that holds files.
public interface Filed {
  /// Its topmost directory. All nodes of it may be used by several threads, and as long as the
  /// volume is open.
  ///
  /// @throws CorruptData when it cannot be found
  /// @throws Unreadable when its files cannot be read for another reason
  FileNode root() throws IOException, CorruptData, Unreadable;
}
