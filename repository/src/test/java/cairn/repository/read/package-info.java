@NullMarked
package cairn.repository.read;

import org.jspecify.annotations.NullMarked;
