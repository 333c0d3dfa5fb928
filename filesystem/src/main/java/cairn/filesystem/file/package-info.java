/// What is common to the readers of files. Knows `base` and `layout`.
@NullMarked
package cairn.filesystem.file;

import org.jspecify.annotations.NullMarked;
