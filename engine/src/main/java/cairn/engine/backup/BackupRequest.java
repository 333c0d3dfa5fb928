package cairn.engine.backup;

import cairn.engine.capture.Converge;
import cairn.engine.capture.InUse;
import cairn.engine.capture.Stillness;
import cairn.volume.Volume;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What to back up, and as what.
///
/// @param sources opened; closed by the caller
/// @param group all snapshots of one source
/// @param tags kept with the snapshot
/// @param parent what to compare with
/// @param verify whether to decode every chunk again before it is stored
/// @param fsck how long the metadata of what was captured may be checked; zero for not at all
public record BackupRequest(
    Sources sources,
    String group,
    List<String> tags,
    Parent parent,
    boolean verify,
    Duration fsck) {
  public BackupRequest {
    tags = List.copyOf(tags);
  }

  /// Without a check of what was captured.
  public BackupRequest(
      Sources sources, String group, List<String> tags, Parent parent, boolean verify) {
    this(sources, group, tags, parent, verify, Duration.ZERO);
  }

  /// All volumes of a snapshot.
  ///
  /// @param stillness of those that are in use
  public record Sources(List<NamedVolume> volumes, Stillness stillness, Converge.Limits limits) {
    public Sources {
      volumes = List.copyOf(volumes);
    }

    /// Volumes that nobody uses.
    public static Sources atRest(List<NamedVolume> volumes) {
      return new Sources(volumes, Stillness.NONE, Converge.Limits.DEFAULT);
    }
  }

  /// A volume under the name that it has in the snapshot.
  ///
  /// @param inUse what is known of its use; empty when nobody uses it
  public record NamedVolume(String name, Volume volume, Optional<InUse> inUse) {
    public NamedVolume(String name, Volume volume) {
      this(name, volume, Optional.empty());
    }
  }

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
