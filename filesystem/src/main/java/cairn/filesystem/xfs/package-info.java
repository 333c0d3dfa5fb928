/// XFS, versions 4 and 5. Knows `base`, `layout`, `used`, `check`, `file` and the rooms below its
/// own.
@NullMarked
package cairn.filesystem.xfs;

import org.jspecify.annotations.NullMarked;
