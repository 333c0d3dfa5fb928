package cairn.repository.snapshot;

import cairn.base.bytes.ObjectId;
import java.time.Instant;

/// One backup.
///
/// @param session that committed it; a snapshot counts only when that session is committed
/// @param group all snapshots of one source
/// @param received when the repository took it in; what retention counts by
public record Snapshot(
    ObjectId id, ObjectId session, String group, Instant received, Details details) {
  public static final String PREFIX = "snapshots";

  /// `snapshots/<group, encoded>/<snapshot id>`.
  public static String name(String group, ObjectId id) {
    return PREFIX + "/" + Group.encode(group) + "/" + id;
  }

  public String name() {
    return name(group, id);
  }
}
