/// btrfs, by `include/uapi/linux/btrfs_tree.h` and `fs/btrfs` of Linux. Knows `base`, `layout` and
/// `used`.
@NullMarked
package cairn.filesystem.btrfs;

import org.jspecify.annotations.NullMarked;
