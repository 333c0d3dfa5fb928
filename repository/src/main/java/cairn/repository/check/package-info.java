/// The gate: every structure passes here before it is written and after it is read.
@NullMarked
package cairn.repository.check;

import org.jspecify.annotations.NullMarked;
