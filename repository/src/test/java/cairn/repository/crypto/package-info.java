@NullMarked
package cairn.repository.crypto;

import org.jspecify.annotations.NullMarked;
