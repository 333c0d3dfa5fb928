@NullMarked
package cairn.repository.pack;

import org.jspecify.annotations.NullMarked;
