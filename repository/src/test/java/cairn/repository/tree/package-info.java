@NullMarked
package cairn.repository.tree;

import org.jspecify.annotations.NullMarked;
