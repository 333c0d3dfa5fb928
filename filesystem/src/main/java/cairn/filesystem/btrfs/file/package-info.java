/// The files of a btrfs. Knows `base`, `layout`, `file` and `btrfs.tree`.
@NullMarked
package cairn.filesystem.btrfs.file;

import org.jspecify.annotations.NullMarked;
