package cairn.engine.verify;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import java.util.List;
import java.util.Set;

/// What a check found.
///
/// @param problems what is wrong, causes first, then what they cost
/// @param notes what is not wrong but worth knowing
/// @param nodes different tree nodes that were read
/// @param packsChecked packs whose directory was read, and their data where that was asked for
/// @param chunks blobs that were decoded and hashed
/// @param bytesRead from packs
/// @param suspects packs with which something is wrong, or that could not be read, or that an index
///   lists and that are not there
public record CheckReport(
    List<Problem> problems,
    List<String> notes,
    long snapshots,
    long nodes,
    long packsChecked,
    long chunks,
    long bytesRead,
    Set<ObjectId> suspects,
    long durationMillis) {
  public CheckReport {
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
    suspects = Set.copyOf(suspects);
  }

  public boolean ok() {
    return problems.isEmpty();
  }
}
