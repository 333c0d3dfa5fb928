/// Forgetting snapshots: which ones a policy keeps, why, and removing the others.
@NullMarked
package cairn.engine.retention;

import org.jspecify.annotations.NullMarked;
