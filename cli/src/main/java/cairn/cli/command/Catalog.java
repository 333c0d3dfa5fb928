package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.engine.upkeep.SnapshotFinder;
import cairn.repository.Repository;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;

/// The snapshots of a repository, as one names them.
record Catalog(Repository.Listing listing) {
  static Catalog of(Repository repository) throws IOException, CorruptData {
    return new Catalog(repository.snapshots());
  }

  /// @param reference an id, a unique start of one, `latest` or `latest:GROUP`
  Snapshot find(String reference) throws IOException {
    return new SnapshotFinder(listing.snapshots()).find(reference);
  }

  /// Records that could not be read, so that the snapshot meant may be another.
  List<String> warnings() {
    return listing.problems().stream().map(Problem::message).toList();
  }
}
