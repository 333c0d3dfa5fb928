package cairn.repository.session;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.storage.Content;
import cairn.storage.ObjectMissing;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The tombstones of a repository, and the one decision each of them takes: which of its packs are
/// doomed, by compare-and-set, once.
public record Tombstones(Storage storage, ObjectId repository) {
  /// All there are.
  public List<Tombstone> list() throws IOException, CorruptData {
    Set<String> names = new LinkedHashSet<>();
    for (Entry entry : storage.list(Tombstone.PREFIX)) {
      names.add(entry.name());
    }
    List<Tombstone> tombstones = new ArrayList<>();
    for (String name : names) {
      // One dropped since the listing is no loss: its packs are gone, and no index lists them.
      Optional<Tombstone> tombstone = read(ObjectNames.last(name));
      tombstone.ifPresent(tombstones::add);
    }
    return tombstones;
  }

  /// Empty when it was dropped.
  public Optional<Tombstone> read(ObjectId id) throws IOException, CorruptData {
    Optional<byte[]> record = storage.readIfThere(name(id));
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(Tombstone.read(id, record.get(), repository));
  }

  public void publish(Tombstone tombstone) throws IOException {
    storage.publish(tombstone.name(), Content.of(tombstone.toBytes(repository)));
  }

  /// Decides which packs of a candidate are doomed, unless somebody else has.
  ///
  /// @return what is decided, by whomever; empty when it is decided, done and dropped
  public Optional<Tombstone> doom(Tombstone candidate, Tombstone doomed)
      throws IOException, CorruptData {
    try {
      byte[] expected = candidate.toBytes(repository);
      if (storage.replace(candidate.name(), expected, doomed.toBytes(repository))) {
        return Optional.of(doomed);
      }
    } catch (ObjectMissing e) {
      return Optional.empty();
    }
    return read(candidate.id());
  }

  /// Drops a tombstone of which nothing is left to do.
  public void drop(Tombstone tombstone) throws IOException {
    storage.delete(tombstone.name());
  }

  private static String name(ObjectId id) {
    return Tombstone.PREFIX + "/" + id;
  }
}
