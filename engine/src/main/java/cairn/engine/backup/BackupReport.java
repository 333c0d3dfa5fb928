package cairn.engine.backup;

import cairn.repository.snapshot.Snapshot;
import java.util.List;

/// What a backup did.
///
/// @param bytesAdded growth of the repository
/// @param blocksHealed chunks that the repository had lost and that were stored again
/// @param durationMillis from start to commit
/// @param warnings what a person should know although the snapshot is good
public record BackupReport(
    Snapshot snapshot,
    long bytesAdded,
    long blocksHealed,
    long durationMillis,
    List<String> warnings) {
  public BackupReport {
    warnings = List.copyOf(warnings);
  }
}
