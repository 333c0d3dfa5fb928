/// Backup, restore and verify: the pipelines that join the rooms. Knows all rooms below it.
@NullMarked
package cairn.engine;

import org.jspecify.annotations.NullMarked;
