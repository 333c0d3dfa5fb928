/// ext2, ext3 and ext4, by `fs/ext4/ext4.h` of Linux and `lib/ext2fs` of e2fsprogs. Knows `base`,
/// `layout` and `used`.
@NullMarked
package cairn.filesystem.ext;

import org.jspecify.annotations.NullMarked;
