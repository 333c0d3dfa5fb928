/// Parity of packs: Reed-Solomon shards that bring back what a medium lost. Knows bytes and
/// offsets, not what packs hold.
@NullMarked
package cairn.repository.parity;

import org.jspecify.annotations.NullMarked;
