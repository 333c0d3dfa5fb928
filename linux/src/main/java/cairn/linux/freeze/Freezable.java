package cairn.linux.freeze;

import java.util.Set;

/// Which types of file systems can be frozen, as far as can be told without doing it: those with
/// `freeze_fs` or `freeze_super` among their `super_operations`.
public final class Freezable {
  private static final Set<String> TYPES =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "f2fs",
          "jfs",
          "nilfs2",
          "reiserfs",
          "gfs2",
          "bcachefs");

  private Freezable() {}

  /// @param type as in the mount table
  public static boolean isType(String type) {
    return TYPES.contains(type);
  }
}
