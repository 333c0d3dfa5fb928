/// What is common to the checks of metadata. Knows `base` and `layout`.
@NullMarked
package cairn.filesystem.check;

import org.jspecify.annotations.NullMarked;
