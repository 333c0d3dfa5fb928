/// Physical volumes of LVM2, by `lib/label/label.h` and `lib/format_text/layout.h` of LVM2, and the
/// logical volumes that are made of them. Knows `base`, `layout`, `used`, `check` and `file`.
@NullMarked
package cairn.filesystem.lvm;

import org.jspecify.annotations.NullMarked;
