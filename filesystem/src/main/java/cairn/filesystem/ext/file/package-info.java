/// The files of ext2, ext3 and ext4, as they lie there. Knows `base`, `layout`, `file` and `disk`.
@NullMarked
package cairn.filesystem.ext.file;

import org.jspecify.annotations.NullMarked;
