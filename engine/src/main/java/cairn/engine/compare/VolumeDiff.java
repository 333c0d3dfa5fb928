package cairn.engine.compare;

import java.util.List;

/// What differs in one volume.
///
/// @param name of the volume
/// @param ranges in ascending order, whole blocks, neighbours joined
/// @param bytes in all ranges
public record VolumeDiff(String name, List<Range> ranges, long bytes) {
  public VolumeDiff {
    ranges = List.copyOf(ranges);
  }
}
