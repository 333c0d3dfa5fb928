/// The check of the metadata of ext2, ext3 and ext4: what `e2fsck` looks at, in the same order.
/// Knows `base`, `layout`, `check`, `disk` and `journal`.
@NullMarked
package cairn.filesystem.ext.check;

import org.jspecify.annotations.NullMarked;
