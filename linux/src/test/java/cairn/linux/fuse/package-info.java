@NullMarked
package cairn.linux.fuse;

import org.jspecify.annotations.NullMarked;
