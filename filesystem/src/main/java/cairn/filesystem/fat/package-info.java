/// FAT12, FAT16 and FAT32, by Microsoft's FAT specification (fatgen103) and `fs/fat` of Linux.
/// Knows `base`, `layout`, `used`, `check` and `file`.
@NullMarked
package cairn.filesystem.fat;

import org.jspecify.annotations.NullMarked;
