/// The index: immutable sorted segments that say in which pack a chunk lies. Everything in them can
/// be rebuilt from the packs alone.
@NullMarked
package cairn.repository.index;

import org.jspecify.annotations.NullMarked;
