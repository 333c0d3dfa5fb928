package cairn.filesystem.file;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// A file, directory, link or other node, as it was found; nothing is ever written. Methods that do
/// not fit its type throw [IllegalStateException].
///
/// Directories that are damaged may form a loop: whoever descends remembers the ids of the
/// directories it is in.
public interface FileNode {
  /// Equal for the names of one node, as hard links are.
  ///
  /// @param space which the number counts in: the subvolume of a btrfs, 0 elsewhere
  /// @param number of the inode; of a format without any, where the node lies
  record Id(long space, long number) {}

  Id id();

  Attributes attributes();

  /// The bytes that it takes in the volume, as it says itself; its size where that is not kept.
  default long allocated() {
    return attributes().size();
  }

  /// Tells the entries of a directory in the order in which they are stored, without `.` and `..`.
  ///
  /// @throws CorruptData where the directory is damaged; what was told before is good
  void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable;

  /// The entry of a directory; looked up by its index where there is one.
  Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable;

  /// The bytes of a regular file: its holes and ranges that were never written are
  /// [holes][cairn.base.block.Extent.State#HOLE]. Reading fails with an [IOException] that has a
  /// [CorruptData] as its cause when what lies there is damaged.
  BlockReader content() throws IOException, CorruptData, Unreadable;

  /// Where a symbolic link leads.
  byte[] target() throws IOException, CorruptData, Unreadable;

  /// As `getxattr` tells them: names with the prefix of their namespace, such as `user.comment`;
  /// access lists in the form that `setxattr` takes.
  Map<FileName, byte[]> extendedAttributes() throws IOException, CorruptData, Unreadable;

  /// Is told the entries of a directory.
  @FunctionalInterface
  interface EntryVisitor {
    void entry(FileName name, FileNode node) throws IOException, CorruptData, Unreadable;

    /// An entry that is good, and what it leads to cannot be read. Who does not throw as this does
    /// is told the others, too.
    default void lost(FileName name, Lost node) throws IOException, CorruptData, Unreadable {
      node.raise();
    }
  }

  /// What an entry leads to and cannot be read.
  ///
  /// @param type as the entry says; empty when it does not
  record Lost(Id id, Optional<Attributes.Type> type, Exception why) {
    void raise() throws IOException, CorruptData, Unreadable {
      switch (why) {
        case CorruptData damage -> throw damage;
        case Unreadable unreadable -> throw unreadable;
        case IOException failure -> throw failure;
        default -> throw new IllegalStateException(why);
      }
    }
  }
}
