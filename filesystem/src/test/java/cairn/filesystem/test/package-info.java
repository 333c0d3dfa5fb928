/// Real file systems in image files, filled, poisoned and damaged, for the tests of this room and
/// of those above.
@NullMarked
package cairn.filesystem.test;

import org.jspecify.annotations.NullMarked;
