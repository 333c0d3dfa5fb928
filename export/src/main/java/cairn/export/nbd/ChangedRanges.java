package cairn.export.nbd;

import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.StatusExtent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// `cairn:changed=SNAPSHOT`: which parts of a volume differ from an earlier snapshot. What is not
/// said to have changed has not.
public final class ChangedRanges implements StatusMap {
  private static final int EXTENTS_MAX = 4096;

  private final String snapshot;
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  /// @param snapshot the earlier one
  public ChangedRanges(String snapshot) {
    this.snapshot = snapshot;
  }

  /// To be called before the map is used, with ranges that neither overlap nor touch.
  public void add(long offset, long length) {
    ends.put(offset, offset + length);
  }

  @Override
  public String name() {
    return ContextRequest.CHANGED + snapshot;
  }

  @Override
  public List<StatusExtent> status(long offset, long length) {
    List<StatusExtent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    while (at < end && extents.size() < EXTENTS_MAX) {
      Map.Entry<Long, Long> before = ends.floorEntry(at);
      boolean changed = before != null && at < before.getValue();
      long next = Math.min(end, changed ? before.getValue() : nextChange(at));
      extents.add(new StatusExtent(next - at, changed ? StatusExtent.CHANGED : 0));
      at = next;
    }
    return extents;
  }

  private long nextChange(long at) {
    Long next = ends.higherKey(at);
    return next == null ? Long.MAX_VALUE : next;
  }
}
