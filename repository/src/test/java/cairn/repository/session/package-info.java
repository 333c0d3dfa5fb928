@NullMarked
package cairn.repository.session;

import org.jspecify.annotations.NullMarked;
