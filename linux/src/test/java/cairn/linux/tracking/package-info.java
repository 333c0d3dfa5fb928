@NullMarked
package cairn.linux.tracking;

import org.jspecify.annotations.NullMarked;
