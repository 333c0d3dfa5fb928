/// Physical volumes of LVM2, by `lib/label/label.h` and `lib/format_text/layout.h` of LVM2. Knows
/// `base`, `layout` and `used`.
@NullMarked
package cairn.filesystem.lvm;

import org.jspecify.annotations.NullMarked;
