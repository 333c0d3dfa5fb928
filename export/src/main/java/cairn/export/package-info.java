/// Volumes for other programs: over the network (`nbd`), as image files of other systems (`qcow`),
/// and as mounted files and trees (`mount`). All of it sees a volume through
/// [BlockReader][cairn.base.block.BlockReader] alone.
@NullMarked
package cairn.export;

import org.jspecify.annotations.NullMarked;
