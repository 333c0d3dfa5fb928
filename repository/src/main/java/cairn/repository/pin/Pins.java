package cairn.repository.pin;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.repository.session.ObjectNames;
import cairn.storage.Content;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The pins of a repository. Any object in `pins/<snapshot id>/` pins that snapshot, even one that
/// is damaged: so a pin is lost only by being removed.
public record Pins(Storage storage, ObjectId repository) {
  public static final String PREFIX = "pins";

  static String prefix(ObjectId snapshot) {
    return PREFIX + "/" + snapshot;
  }

  public void add(Pin pin) throws IOException {
    storage.publish(pin.name(), Content.of(pin.toBytes(repository)));
  }

  /// Removes all pins of a snapshot.
  ///
  /// @return whether there were any
  public boolean remove(ObjectId snapshot) throws IOException {
    boolean removed = false;
    for (Entry entry : storage.list(prefix(snapshot))) {
      removed |= storage.delete(entry.name());
    }
    return removed;
  }

  /// The snapshots that are pinned, some of which may be gone.
  public Set<ObjectId> pinned() throws IOException {
    Map<ObjectId, List<Pin>> pinned = new TreeMap<>();
    for (Entry entry : storage.list(PREFIX)) {
      try {
        pinned.put(snapshotOf(entry.name()), List.of());
      } catch (CorruptData e) {
        // it pins nothing, and #read tells of it
      }
    }
    return pinned.keySet();
  }

  /// All pins with what they say, and what is wrong with others.
  public Listing read() throws IOException {
    Map<ObjectId, List<Pin>> pins = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Entry entry : storage.list(PREFIX)) {
      try {
        ObjectId snapshot = snapshotOf(entry.name());
        List<Pin> beside = pins.computeIfAbsent(snapshot, each -> new ArrayList<>());
        read(snapshot, entry.name()).ifPresent(beside::add);
      } catch (CorruptData e) {
        problems.add(e.problem());
      } catch (IOException e) {
        problems.add(new Problem.Unknown("pin", entry.name(), String.valueOf(e.getMessage())));
      }
    }
    return new Listing(pins, problems);
  }

  /// Empty when it was removed meanwhile.
  private Optional<Pin> read(ObjectId snapshot, String name) throws IOException, CorruptData {
    ObjectId id = ObjectNames.last(name);
    Optional<byte[]> record = storage.readIfThere(name);
    return record.isEmpty()
        ? Optional.empty()
        : Optional.of(Pin.read(snapshot, id, record.get(), repository));
  }

  private static ObjectId snapshotOf(String name) throws CorruptData {
    int end = name.indexOf('/', PREFIX.length() + 1);
    if (end < 0) {
      throw Subject.of("object", name).corrupt("name", name, "pins/<snapshot>/<id>");
    }
    return ObjectNames.last(name.substring(0, end));
  }

  /// @param pins by the snapshots that are pinned; an empty list when all of one's are damaged
  public record Listing(Map<ObjectId, List<Pin>> pins, List<Problem> problems) {
    public Listing {
      pins = Map.copyOf(pins);
      problems = List.copyOf(problems);
    }

    public boolean isPinned(ObjectId snapshot) {
      return pins.containsKey(snapshot);
    }

    /// Those that can be read.
    public List<Pin> of(ObjectId snapshot) {
      return pins.getOrDefault(snapshot, List.of());
    }
  }
}
