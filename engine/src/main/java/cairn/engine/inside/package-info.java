/// Whether what is inside of a volume is sound: checks of partition tables, LVM and file systems.
@NullMarked
package cairn.engine.inside;

import org.jspecify.annotations.NullMarked;
