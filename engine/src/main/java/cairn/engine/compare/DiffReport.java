package cairn.engine.compare;

import java.util.List;

/// What differs between two snapshots, for each volume that either of them has.
public record DiffReport(List<VolumeDiff> volumes) {
  public DiffReport {
    volumes = List.copyOf(volumes);
  }
}
