/// Checks the metadata of an XFS: each structure by itself, and all against each other. Knows
/// `base`, `layout`, `check` and the structures of XFS.
@NullMarked
package cairn.filesystem.xfs.check;

import org.jspecify.annotations.NullMarked;
