/// What is backed up, and where it is given back to: files and devices. Knows `base` and `linux`.
@NullMarked
package cairn.volume;

import org.jspecify.annotations.NullMarked;
