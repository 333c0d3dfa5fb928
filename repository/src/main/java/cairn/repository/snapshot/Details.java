package cairn.repository.snapshot;

import cairn.base.bytes.ObjectId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a snapshot tells to those who may read it.
///
/// @param parent the snapshot that this one was compared with
/// @param host the machine that made it
/// @param program name and version
/// @param tags given by the user
/// @param verified whether every chunk was decoded again before it was stored
/// @param started when the backup began, by the clock of the machine that made it
public record Details(
    Optional<ObjectId> parent,
    String host,
    String program,
    List<String> tags,
    boolean verified,
    Instant started,
    List<VolumeImage> volumes,
    Counts counts) {
  public Details {
    tags = List.copyOf(tags);
    volumes = List.copyOf(volumes);
  }
}
