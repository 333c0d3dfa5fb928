package cairn.engine.restore;

import cairn.repository.index.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Blobs of one pack that lie close together, to be read at once.
///
/// @param placements in order of offset; several may share one location
record ReadRun(List<Placement> placements) {
  /// A blob, and the block that its chunk belongs to.
  record Placement(long block, Location location) {
    int end() {
      return location.place().end();
    }
  }

  private static final int BYTES_MAX = 4 << 20;
  private static final int GAP_MAX = 128 << 10;

  /// Sorts placements by pack and offset and cuts them into runs.
  static List<ReadRun> of(List<Placement> placements) {
    List<Placement> sorted = new ArrayList<>(placements);
    sorted.sort(
        Comparator.comparing((Placement placement) -> placement.location.pack())
            .thenComparingInt(placement -> placement.location.place().offset())
            .thenComparingLong(Placement::block));
    List<ReadRun> runs = new ArrayList<>();
    int from = 0;
    for (int next = 1; next <= sorted.size(); next++) {
      if (next == sorted.size() || !joins(sorted, from, next)) {
        runs.add(new ReadRun(List.copyOf(sorted.subList(from, next))));
        from = next;
      }
    }
    return runs;
  }

  private static boolean joins(List<Placement> sorted, int from, int next) {
    Placement first = sorted.get(from);
    Placement last = sorted.get(next - 1);
    Placement candidate = sorted.get(next);
    return candidate.location.pack().equals(first.location.pack())
        && candidate.location.place().offset() - last.end() <= GAP_MAX
        && candidate.end() - first.location.place().offset() <= BYTES_MAX;
  }

  Location first() {
    return placements.getFirst().location;
  }

  int offset() {
    return first().place().offset();
  }

  int length() {
    return placements.getLast().end() - offset();
  }
}
