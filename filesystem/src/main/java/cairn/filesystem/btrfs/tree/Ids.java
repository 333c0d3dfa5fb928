package cairn.filesystem.btrfs.tree;

/// The ids that mean something, of trees and of objects in them: `BTRFS_*_OBJECTID`. Large ones are
/// negative when taken as signed.
public final class Ids {
  public static final long ROOTS = 1;
  public static final long EXTENTS = 2;
  public static final long CHUNKS = 3;
  public static final long DEVICES = 4;
  public static final long TOP_SUBVOLUME = 5;
  public static final long CHECKSUMS = 7;
  public static final long QUOTAS = 8;
  public static final long UUIDS = 9;
  public static final long FREE_SPACE = 10;
  public static final long BLOCK_GROUPS = 11;
  public static final long LOG = -6;
  public static final long RELOCATION = -8;
  public static final long DATA_RELOCATION = -9;

  /// An object in the tree of roots: the directory with the name of the default subvolume.
  public static final long ROOT_DIRECTORY = 6;

  public static final long DEVICE_ITEMS = 1;
  public static final long DEVICE_STATISTICS = 0;
  public static final long BALANCE = -4;
  public static final long ORPHANS = -5;
  public static final long CHECKSUM_OBJECT = -10;

  /// Of the older kind, which keeps it in files that belong to the tree of roots.
  public static final long FREE_SPACE_FILE = -11;

  public static final long FREE_INODES = -12;

  /// The first id of an inode or subvolume, the topmost directory of each subvolume, and the object
  /// that all chunks belong to.
  public static final long FIRST = 256;

  public static final long LAST = -256;

  private Ids() {}

  /// Whether an id may be that of an inode, or of a subvolume that was made later.
  public static boolean isFree(long id) {
    return Long.compareUnsigned(id, FIRST) >= 0 && Long.compareUnsigned(id, LAST) <= 0;
  }

  public static boolean isSubvolume(long id) {
    return id == TOP_SUBVOLUME || isFree(id);
  }

  /// An id as a number to switch by; 0 when it is none of those above.
  public static int small(long id) {
    return id == (int) id ? (int) id : 0;
  }
}
