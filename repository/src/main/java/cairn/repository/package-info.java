/// Packs, indexes, trees, sessions and snapshots in one storage. Knows `base` and `storage` only.
@NullMarked
package cairn.repository;

import org.jspecify.annotations.NullMarked;
