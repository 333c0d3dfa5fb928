package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.used.Moment;
import cairn.linux.topology.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/// What the file systems on a volume say is allocated; all of what is used by somebody unseen.
///
/// @param frozen the file systems that stand still when the volume does; others may be written to
///   even then, and a map of theirs that is not current is not believed
record AllocatedUse(BlockReader volume, DeviceUse use, Set<FileSystem> frozen) implements Used {
  @Override
  public void visit(boolean still, Writes.Ranges ranges) throws IOException {
    UsedRanges.visit(volume, (offset, length) -> moment(offset, still), ranges::range);
    use.hidden().forEach(part -> ranges.range(part.offset(), part.length()));
  }

  private Moment moment(long offset, boolean still) {
    List<FileSystem> here = use.mounted().getOrDefault(offset, List.of());
    if (here.isEmpty()) {
      return Moment.AT_REST;
    }
    if (!still) {
      return Moment.LIVE;
    }
    return frozen.containsAll(here) ? Moment.FROZEN : Moment.AT_REST;
  }
}
