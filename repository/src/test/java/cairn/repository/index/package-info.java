@NullMarked
package cairn.repository.index;

import org.jspecify.annotations.NullMarked;
