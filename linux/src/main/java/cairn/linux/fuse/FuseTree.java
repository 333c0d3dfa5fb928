package cairn.linux.fuse;

import cairn.linux.DeviceNumber;
import java.time.Instant;
import java.util.Collection;

/// What is shown: nodes that the kernel knows by number and never change. Called by several threads
/// at once.
///
/// The kernel keeps what it was told of a node until memory gets short; each answer of [#lookup]
/// and each entry that a [DirectoryPage] took with its [Stat] counts as one reference, which
/// [#forget] gives back. The root is there always.
public interface FuseTree {
  /// The number of the root.
  long ROOT = 1;

  /// What `stat` tells of a node.
  ///
  /// @param number of the node; what programs see as the number of the inode
  /// @param mode type and permissions, as in `stat.h`
  /// @param allocated the bytes that it takes
  record Stat(
      long number,
      int mode,
      long links,
      Owner owner,
      long size,
      long allocated,
      DeviceNumber device,
      Times times) {
    int type() {
      return mode >>> 12;
    }
  }

  /// Who owns a node.
  record Owner(long user, long group) {}

  /// The times of a node.
  record Times(Instant accessed, Instant modified, Instant changed) {}

  /// How large all of it is.
  record Space(long bytes, int blockBytes) {}

  /// An entry of a directory, by the number of that. Two are equal when they are one object.
  final class Entry {
    private final long directory;
    private final byte[] name;

    /// @param name not copied
    public Entry(long directory, byte[] name) {
      this.directory = directory;
      this.name = name;
    }

    long directory() {
      return directory;
    }

    byte[] name() {
      return name;
    }
  }

  /// @throws FuseError `ENOENT` when there is no such entry
  Stat lookup(long directory, byte[] name) throws FuseError;

  void forget(long node, long references);

  Stat stat(long node) throws FuseError;

  /// Where a symbolic link leads.
  byte[] target(long node) throws FuseError;

  /// @return a handle, which [#close] gives back
  long openFile(long node) throws FuseError;

  /// @return a handle, which [#close] gives back
  long openDirectory(long node) throws FuseError;

  /// Fills `target` from its start with the bytes at `offset`.
  ///
  /// @param length at most that of `target`
  /// @return less than `length` at the end of the file only
  int read(long handle, long offset, byte[] target, int length) throws FuseError;

  /// Where the next data, or the next hole, begins.
  ///
  /// @throws FuseError `ENXIO` beyond the end, and when there is no more data
  long seek(long handle, long offset, boolean toData) throws FuseError;

  /// Puts entries into `page` until it takes no more; none at the end of the directory.
  ///
  /// @param position 0, or where an entry said that the next one is
  void list(long handle, long position, DirectoryPage page) throws FuseError;

  void close(long handle);

  /// @throws FuseError `ENODATA` when there is none
  byte[] extendedAttribute(long node, byte[] name) throws FuseError;

  Collection<byte[]> extendedAttributes(long node) throws FuseError;

  Space space();

  /// Entries that the kernel should forget, because their nodes take too much memory here. Asked
  /// for now and then.
  Collection<Entry> superfluous();
}
