/// Which bytes of a volume are in use: the words that all formats share. Knows `base`.
@NullMarked
package cairn.filesystem.used;

import org.jspecify.annotations.NullMarked;
