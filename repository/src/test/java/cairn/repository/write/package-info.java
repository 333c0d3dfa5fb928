@NullMarked
package cairn.repository.write;

import org.jspecify.annotations.NullMarked;
