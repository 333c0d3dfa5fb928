/// Restores to disks of another size: what goes where is planned and checked before anything is
/// written ([Planner][cairn.engine.resize.Planner]), and carried out by the ordinary restore with a
/// sink that puts partitions into their new places ([Resize][cairn.engine.resize.Resize]). File
/// systems are grown and shrunk by their own tools.
@NullMarked
package cairn.engine.resize;

import org.jspecify.annotations.NullMarked;
