@NullMarked
package cairn.repository.check;

import org.jspecify.annotations.NullMarked;
