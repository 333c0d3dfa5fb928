/// The structures of XFS as they lie on disk, by `fs/xfs/libxfs/xfs_format.h`, `xfs_da_format.h`
/// and `xfs_log_format.h` of Linux, for whoever maps, checks or reads files. All numbers are
/// big-endian, checksums are not. A block of the file system has a number whose upper bits are the
/// allocation group. Knows `base`, `layout` and `used`.
@NullMarked
package cairn.filesystem.xfs.layout;

import org.jspecify.annotations.NullMarked;
