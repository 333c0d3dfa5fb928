@NullMarked
package cairn.repository.pin;

import org.jspecify.annotations.NullMarked;
