/// The structures of btrfs that everything else of it stands on: superblock, chunks, blocks of
/// trees, and the rules for each item. Knows `base` and `layout`.
@NullMarked
package cairn.filesystem.btrfs.tree;

import org.jspecify.annotations.NullMarked;
