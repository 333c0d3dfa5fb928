/// The way out: snapshots to files and devices.
@NullMarked
package cairn.engine.restore;

import org.jspecify.annotations.NullMarked;
