/// The joint between the way in and the way out: what can be read block by block
/// ([BlockReader][cairn.base.block.BlockReader]) and what can be written block by block
/// ([BlockSink][cairn.base.block.BlockSink]).
@NullMarked
package cairn.base.block;

import org.jspecify.annotations.NullMarked;
