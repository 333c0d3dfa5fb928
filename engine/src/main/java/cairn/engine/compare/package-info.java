/// What differs between two snapshots.
@NullMarked
package cairn.engine.compare;

import org.jspecify.annotations.NullMarked;
