/// Reading structures of foreign formats: fields at fixed places of either byte order, ranges of a
/// volume, the raw CRC-32C. Knows `base`.
@NullMarked
package cairn.filesystem.layout;

import org.jspecify.annotations.NullMarked;
