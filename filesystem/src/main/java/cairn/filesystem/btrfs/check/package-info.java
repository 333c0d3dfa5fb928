/// The check of a btrfs: each block of each tree by itself, and all of them against each other.
/// Knows `base`, `layout`, `check` and `btrfs.tree`.
@NullMarked
package cairn.filesystem.btrfs.check;

import org.jspecify.annotations.NullMarked;
