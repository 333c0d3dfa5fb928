@NullMarked
package cairn.repository;

import org.jspecify.annotations.NullMarked;
