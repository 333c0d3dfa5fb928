@NullMarked
package cairn.repository.config;

import org.jspecify.annotations.NullMarked;
