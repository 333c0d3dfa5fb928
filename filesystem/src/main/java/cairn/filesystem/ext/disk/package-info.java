/// The structures of ext2, ext3 and ext4 on disk, by `fs/ext4/ext4.h`, `fs/ext4/ext4_extents.h` and
/// `fs/ext4/xattr.h` of Linux and `lib/ext2fs` of e2fsprogs: what is in them, and what must be true
/// of each by itself. Knows `base` and `layout`.
@NullMarked
package cairn.filesystem.ext.disk;

import org.jspecify.annotations.NullMarked;
