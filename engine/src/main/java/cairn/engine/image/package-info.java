/// The way out: volumes of snapshots as [readers][cairn.base.block.BlockReader].
@NullMarked
package cairn.engine.image;

import org.jspecify.annotations.NullMarked;
