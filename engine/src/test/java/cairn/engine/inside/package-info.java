@NullMarked
package cairn.engine.inside;

import org.jspecify.annotations.NullMarked;
