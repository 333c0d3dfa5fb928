/// Partition tables: GPT by section 5 of the UEFI specification, and the MBR with its extended
/// partitions. Knows `base`, `layout` and `used`.
@NullMarked
package cairn.filesystem.partition;

import org.jspecify.annotations.NullMarked;
