/// Reads the files of an XFS. Knows `base`, `layout`, `file` and the structures of XFS.
@NullMarked
package cairn.filesystem.xfs.file;

import org.jspecify.annotations.NullMarked;
