/// Swap areas, by `include/linux/swap.h` and `kernel/power/swap.c` of Linux. Knows `base`, `layout`
/// and `used`.
@NullMarked
package cairn.filesystem.swap;

import org.jspecify.annotations.NullMarked;
