package cairn.export.nbd;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.StatusExtent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `base:allocation`: which parts of a volume are holes.
final class Allocation implements StatusMap {
  /// Looked at in one go; a volume may have an extent for each block.
  private static final long WINDOW_BYTES = 256L << 20;

  private static final int WINDOWS_MAX = 256;
  private static final int EXTENTS_ENOUGH = 4096;

  private final BlockReader volume;

  Allocation(BlockReader volume) {
    this.volume = volume;
  }

  @Override
  public String name() {
    return ContextRequest.ALLOCATION;
  }

  @Override
  public List<StatusExtent> status(long offset, long length) throws IOException {
    List<StatusExtent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    for (int window = 0; at < end && window < WINDOWS_MAX; window++) {
      long step = Math.min(WINDOW_BYTES, end - at);
      for (Extent extent : volume.extents(at, step)) {
        add(extents, new StatusExtent(extent.length(), flags(extent)));
      }
      at += step;
      if (extents.size() >= EXTENTS_ENOUGH) {
        break;
      }
    }
    return extents;
  }

  private static long flags(Extent extent) {
    return extent.state() == Extent.State.HOLE ? StatusExtent.HOLE | StatusExtent.ZERO : 0;
  }

  private static void add(List<StatusExtent> extents, StatusExtent next) {
    if (!extents.isEmpty() && extents.getLast().flags() == next.flags()) {
      StatusExtent last = extents.removeLast();
      extents.add(new StatusExtent(last.length() + next.length(), next.flags()));
    } else {
      extents.add(next);
    }
  }
}
