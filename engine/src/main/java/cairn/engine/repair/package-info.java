/// Repairing a repository: bytes by parity where that suffices, else by keeping what is good and
/// setting aside what is not. Deletes nothing.
@NullMarked
package cairn.engine.repair;

import org.jspecify.annotations.NullMarked;
