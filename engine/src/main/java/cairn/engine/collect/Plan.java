package cairn.engine.collect;

import cairn.base.bytes.ObjectId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a collection means to do, worked out before anything is changed.
///
/// @param dead packs that hold nothing live
/// @param spare packs that hold only further copies of what lies elsewhere
/// @param sparse packs whose needed blobs are to be copied before they go
/// @param packBytes of all packs, as listed
/// @param goingBytes of the packs that are to go
/// @param copyBytes blobs to be copied
/// @param garbageBytes what is not needed, in packs that stay too
/// @param pendingBytes packs of backups that run or were broken off lately
/// @param notes what is not wrong but worth knowing
record Plan(
    Set<ObjectId> dead,
    Set<ObjectId> spare,
    Set<ObjectId> sparse,
    long packBytes,
    long goingBytes,
    long copyBytes,
    long garbageBytes,
    long pendingBytes,
    List<String> notes) {
  Plan {
    dead = Set.copyOf(dead);
    spare = Set.copyOf(spare);
    sparse = Set.copyOf(sparse);
    notes = List.copyOf(notes);
  }

  /// All packs that are to go.
  Set<ObjectId> going() {
    Set<ObjectId> going = new HashSet<>(dead);
    going.addAll(spare);
    going.addAll(sparse);
    return going;
  }

  long freedBytes() {
    return goingBytes - copyBytes;
  }
}
