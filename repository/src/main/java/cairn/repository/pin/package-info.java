/// Pins: what says that a snapshot is not to be forgotten.
@NullMarked
package cairn.repository.pin;

import org.jspecify.annotations.NullMarked;
