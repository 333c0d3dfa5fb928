/// Framing, identifiers, checksums, and the words in which damage is reported. JDK only; everything
/// else in Cairn stands on it.
@NullMarked
package cairn.base.bytes;

import org.jspecify.annotations.NullMarked;
