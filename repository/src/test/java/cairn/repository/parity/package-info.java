@NullMarked
package cairn.repository.parity;

import org.jspecify.annotations.NullMarked;
