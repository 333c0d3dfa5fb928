@NullMarked
package cairn.repository.chunk;

import org.jspecify.annotations.NullMarked;
