/// The Merkle B-tree whose leaves map keys to chunks. Where a node ends is decided by its keys
/// alone, so the same content gives the same nodes, whatever its history.
@NullMarked
package cairn.repository.tree;

import org.jspecify.annotations.NullMarked;
