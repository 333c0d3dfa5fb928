package cairn.engine.upkeep;

import cairn.repository.snapshot.Snapshot;
import java.util.List;
import java.util.Locale;

/// Finds a snapshot by what a person calls it: an id, the unique beginning of one, `latest`, or
/// `latest:GROUP`.
public final class SnapshotFinder {
  private static final String LATEST = "latest";

  private final List<Snapshot> snapshots;

  /// @param snapshots oldest first
  public SnapshotFinder(List<Snapshot> snapshots) {
    this.snapshots = List.copyOf(snapshots);
  }

  public Snapshot find(String reference) throws NoSuchSnapshot {
    if (reference.equals(LATEST)) {
      return newest(snapshots, "there is no snapshot yet: make one with 'cairn backup'");
    }
    if (reference.startsWith(LATEST + ":")) {
      String group = reference.substring(LATEST.length() + 1);
      return newest(
          snapshots.stream().filter(snapshot -> snapshot.group().equals(group)).toList(),
          "there is no snapshot in group '" + group + "': 'cairn snapshots' lists them");
    }
    return byPrefix(reference);
  }

  private static Snapshot newest(List<Snapshot> candidates, String none) throws NoSuchSnapshot {
    if (candidates.isEmpty()) {
      throw new NoSuchSnapshot(none);
    }
    return candidates.getLast();
  }

  private Snapshot byPrefix(String reference) throws NoSuchSnapshot {
    String prefix = reference.toLowerCase(Locale.ROOT);
    List<Snapshot> matches =
        prefix.isEmpty()
            ? List.of()
            : snapshots.stream().filter(one -> one.id().toString().startsWith(prefix)).toList();
    if (matches.isEmpty()) {
      throw new NoSuchSnapshot(
          "there is no snapshot '" + reference + "': 'cairn snapshots' lists them");
    }
    if (matches.size() > 1) {
      throw new NoSuchSnapshot(
          "'"
              + reference
              + "' begins the ids of "
              + matches.size()
              + " snapshots: give more digits");
    }
    return matches.getFirst();
  }
}
