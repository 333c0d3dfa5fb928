/// The journal of ext3 and ext4 and its replay, by `include/linux/jbd2.h` and `fs/jbd2/recovery.c`
/// of Linux. Knows `base`, `layout` and `disk`.
@NullMarked
package cairn.filesystem.ext.journal;

import org.jspecify.annotations.NullMarked;
