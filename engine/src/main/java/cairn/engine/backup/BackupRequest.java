package cairn.engine.backup;

import cairn.volume.Volume;
import java.util.List;

/// What to back up, and as what.
///
/// @param volumes opened; closed by the caller
/// @param group all snapshots of one source
/// @param tags kept with the snapshot
/// @param parent what to compare with
/// @param verify whether to decode every chunk again before it is stored
public record BackupRequest(
    List<NamedVolume> volumes, String group, List<String> tags, Parent parent, boolean verify) {
  public BackupRequest {
    volumes = List.copyOf(volumes);
    tags = List.copyOf(tags);
  }

  /// A volume under the name that it has in the snapshot.
  public record NamedVolume(String name, Volume volume) {}

  /// What to compare with.
  public sealed interface Parent {
    /// The newest snapshot of the group.
    record Newest() implements Parent {}

    /// Nothing: every block is looked up by its content alone.
    record None() implements Parent {}

    /// A certain snapshot.
    record Given(cairn.repository.snapshot.Snapshot snapshot) implements Parent {}
  }
}
