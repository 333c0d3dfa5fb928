/// XFS, versions 4 and 5, by `fs/xfs/libxfs/xfs_format.h` and `xfs_log_format.h` of Linux. All
/// numbers are big-endian, checksums are not. Knows `base`, `layout` and `used`.
@NullMarked
package cairn.filesystem.xfs;

import org.jspecify.annotations.NullMarked;
