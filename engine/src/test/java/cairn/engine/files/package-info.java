@NullMarked
package cairn.engine.files;

import org.jspecify.annotations.NullMarked;
