/// The small records that name the roots of backups.
@NullMarked
package cairn.repository.snapshot;

import org.jspecify.annotations.NullMarked;
