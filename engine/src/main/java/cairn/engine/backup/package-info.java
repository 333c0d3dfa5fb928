/// The way in: volumes to snapshots.
@NullMarked
package cairn.engine.backup;

import org.jspecify.annotations.NullMarked;
