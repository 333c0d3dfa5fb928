package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.used.Moment;
import java.io.IOException;
import java.util.Set;

/// What the file systems on a volume say is allocated.
///
/// @param mounted the offsets of the parts of the volume that are mounted: partitions, or 0 for a
///   volume without any
record AllocatedUse(BlockReader volume, Set<Long> mounted) implements Used {
  @Override
  public void visit(boolean still, Writes.Ranges ranges) throws IOException {
    Moment moment = still ? Moment.FROZEN : Moment.LIVE;
    UsedRanges.visit(
        volume,
        (offset, length) -> mounted.contains(offset) ? moment : Moment.AT_REST,
        ranges::range);
  }
}
