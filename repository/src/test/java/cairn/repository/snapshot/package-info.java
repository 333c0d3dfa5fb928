@NullMarked
package cairn.repository.snapshot;

import org.jspecify.annotations.NullMarked;
