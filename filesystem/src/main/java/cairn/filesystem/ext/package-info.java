/// ext2, ext3 and ext4: what is in use of the volume, and the doors to the check and to the files.
/// Below it lie `disk` (the structures), `journal` (its replay), `check` and `file`. Knows `base`,
/// `layout`, `used`, `check`, `file` and what lies below it.
@NullMarked
package cairn.filesystem.ext;

import org.jspecify.annotations.NullMarked;
