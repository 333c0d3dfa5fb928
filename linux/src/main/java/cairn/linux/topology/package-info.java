/// How devices and file systems lie upon each other: partitions, device-mapper, md, loop devices,
/// file systems of several devices. Reads `/sys` and `/proc`, changes nothing.
@NullMarked
package cairn.linux.topology;

import org.jspecify.annotations.NullMarked;
