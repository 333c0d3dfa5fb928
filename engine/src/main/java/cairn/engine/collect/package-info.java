/// Garbage collection: marks what snapshots reach, moves what is left of sparse packs, and removes
/// the rest by the protocol of tombstones, with writers and other collectors at work.
@NullMarked
package cairn.engine.collect;

import org.jspecify.annotations.NullMarked;
