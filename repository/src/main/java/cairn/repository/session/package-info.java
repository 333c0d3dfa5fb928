/// One writer's run, from its lease to its commit; and who else may be at work.
@NullMarked
package cairn.repository.session;

import org.jspecify.annotations.NullMarked;
