package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.util.Arrays;
import java.util.Optional;

/// Content that is kept in the inode itself: the first 60 bytes where else the map of blocks is,
/// the rest as the value of the extended attribute `system.data`.
public final class InlineData {
  /// How many bytes of a directory say where `..` leads; it has no `.` and no further entry for it.
  public static final int PARENT_BYTES = 4;

  private static final int NAMESPACE_SYSTEM = 7;
  private static final byte[] NAME = {'d', 'a', 't', 'a'};

  private final Inode inode;
  private final byte[] rest;

  private InlineData(Inode inode, byte[] rest) {
    this.inode = inode;
    this.rest = rest;
  }

  /// @throws CorruptData when the attribute is not there
  public static InlineData of(Inode inode, int inodeBytes) throws CorruptData {
    Subject subject = inode.subject();
    Optional<XattrEntries> entries = XattrEntries.of(inode, inodeBytes);
    if (entries.isPresent()) {
      XattrEntries each = entries.get();
      while (each.advance(subject)) {
        if (isData(each)) {
          return new InlineData(inode, each.value());
        }
      }
    }
    throw subject.corrupt("inline data", "none", "an attribute system.data");
  }

  /// Whether this is not an attribute of the user at all.
  public static boolean isData(XattrEntries entry) {
    return entry.namespace() == NAMESPACE_SYSTEM
        && entry.valueInode() == 0
        && Arrays.equals(entry.name(), NAME);
  }

  /// The value of the attribute.
  public byte[] rest() {
    return rest;
  }

  public int size() {
    return Inode.MAP_BYTES + rest.length;
  }

  /// Whether it may be a hole of any length: `mke2fs -d` leaves a file without data so, and the
  /// kernel reads zeros behind what is here.
  public boolean isBlank() {
    byte[] bytes = bytes();
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  /// All of it.
  public byte[] bytes() {
    byte[] bytes = Arrays.copyOf(head(), size());
    System.arraycopy(rest, 0, bytes, Inode.MAP_BYTES, rest.length);
    return bytes;
  }

  /// Of a directory: its entries that lie in the map.
  public byte[] head() {
    return inode.table().raw(inode.at() + Inode.MAP_AT, Inode.MAP_BYTES);
  }
}
