package cairn.repository;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.repository.check.SnapshotChecker;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Index;
import cairn.repository.pack.Packs;
import cairn.repository.pin.Pins;
import cairn.repository.session.CommittedIndex;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.Sessions;
import cairn.repository.session.Tombstones;
import cairn.repository.session.WriteSession;
import cairn.repository.snapshot.Group;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.Snapshots;
import cairn.repository.write.PackWriter;
import cairn.storage.Content;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An open repository: config, packs, indexes and snapshots in one storage. Safe for use by several
/// threads.
public final class Repository {
  public static final String CONFIG = "config";

  private static final String QUARANTINE = "quarantine";

  private static final int PUBLISHERS = 2;

  private final Storage storage;
  private final RepositoryConfig config;
  private final Protection protection;
  private final int publishers;
  private final DecodedSnapshots decoded = new DecodedSnapshots();

  /// @param protection opened with the config's key, or clear
  public Repository(Storage storage, RepositoryConfig config, Protection protection) {
    this(storage, config, protection, PUBLISHERS);
  }

  /// @param publishers how many packs are published at once, beside the work; 0 to do it in between
  public Repository(
      Storage storage, RepositoryConfig config, Protection protection, int publishers) {
    this.storage = storage;
    this.config = config;
    this.protection = protection;
    this.publishers = publishers;
  }

  /// Makes a storage a repository.
  ///
  /// @throws cairn.storage.ObjectExists when it is one already
  public static void create(Storage storage, RepositoryConfig config) throws IOException {
    storage.publish(CONFIG, Content.of(config.toBytes()));
  }

  /// Reads the config of a repository.
  ///
  /// @throws NoRepository when there is none
  public static RepositoryConfig readConfig(Storage storage) throws IOException, CorruptData {
    byte[] config =
        storage.readIfThere(CONFIG).orElseThrow(() -> new NoRepository(storage.location()));
    return RepositoryConfig.parse(config, storage.location());
  }

  public Storage storage() {
    return storage;
  }

  public RepositoryConfig config() {
    return config;
  }

  public Protection protection() {
    return protection;
  }

  public Packs packs() {
    return new Packs(storage, config.repository(), protection, config.layout().parityPercent());
  }

  /// What a listing says of every pack, by id in ascending order.
  public Map<ObjectId, Entry> listPacks() throws IOException {
    Map<ObjectId, Entry> listed = new TreeMap<>();
    for (Entry entry : storage.list(Packs.PREFIX)) {
      if (!ObjectNames.isForeign(entry)) {
        listed.put(ObjectNames.id(entry), entry);
      }
    }
    return listed;
  }

  public Sessions sessions() {
    return new Sessions(storage, config.repository());
  }

  public Pins pins() {
    return new Pins(storage, config.repository());
  }

  public Tombstones tombstones() {
    return new Tombstones(storage, config.repository());
  }

  /// Opens a session of one's own.
  public WriteSession openSession(SessionRecord record, RandomGenerator chance)
      throws IOException, CorruptData {
    int target = config.layout().packTargetBytes();
    return WriteSession.open(packs(), record, new PackWriter.Tools(target, chance, publishers));
  }

  /// Opens what is committed now for reading.
  public View openView() throws IOException, CorruptData {
    return new View(this);
  }

  /// The index of what is committed now.
  public CommittedIndex openIndex() throws IOException, CorruptData {
    return CommittedIndex.open(packs());
  }

  /// A snapshot record as it is to be stored, checked and read back.
  public byte[] encode(Snapshot snapshot, RandomGenerator chance) throws IOException, CorruptData {
    Subject subject = Subject.of("snapshot", snapshot.id().toString());
    SnapshotChecker.check(snapshot, config.layout().blockBytes(), subject);
    Snapshots records = new Snapshots(config.repository(), protection);
    byte[] record = records.write(snapshot, chance);
    Snapshot again = records.read(snapshot.group(), snapshot.id(), record);
    subject.check(again.equals(snapshot), "record", "another snapshot", "this snapshot");
    return record;
  }

  /// The committed snapshots, oldest first, and what is wrong with others: damaged records, and
  /// records whose session is not there. Records of sessions that are open or fenced do not count.
  public Listing snapshots() throws IOException, CorruptData {
    List<Entry> names = storage.list(Snapshot.PREFIX);
    Set<ObjectId> open = new HashSet<>(sessions().list(Sessions.State.OPEN));
    Set<ObjectId> fenced = new HashSet<>(sessions().list(Sessions.State.FENCED));
    Set<ObjectId> committed = new HashSet<>(sessions().list(Sessions.State.COMMITTED));
    List<Snapshot> snapshots = new ArrayList<>();
    List<Snapshot> voided = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (Entry entry : names) {
      try {
        Snapshot read = read(entry.name());
        if (read != null && committed.contains(read.session())) {
          snapshots.add(read);
        } else if (read != null && fenced.contains(read.session())) {
          voided.add(read);
        } else if (read != null && !open.contains(read.session())) {
          String session = read.session().toString();
          problems.add(new Problem.Missing("session", session, "snapshot " + read.id()));
        }
      } catch (CorruptData e) {
        problems.add(e.problem());
      } catch (IOException e) {
        problems.add(new Problem.Unknown("snapshot", entry.name(), String.valueOf(e.getMessage())));
      }
    }
    snapshots.sort(Comparator.comparing(Snapshot::received).thenComparing(Snapshot::id));
    return new Listing(snapshots, voided, problems);
  }

  /// Null when the snapshot was forgotten meanwhile.
  private @Nullable Snapshot read(String name) throws IOException, CorruptData {
    Optional<byte[]> record = storage.readIfThere(name);
    return record.isEmpty() ? null : decoded.get(name, record.get(), this::decode);
  }

  private Snapshot decode(String name, byte[] record) throws IOException, CorruptData {
    Subject subject = Subject.of("snapshot", name);
    String[] parts = name.split("/", -1);
    subject.check(parts.length == 3, "name", name, "snapshots/<group>/<id>");
    ObjectId id = ObjectNames.last(name);
    Snapshots records = new Snapshots(config.repository(), protection);
    Snapshot snapshot = records.read(group(parts[1], subject), id, record);
    SnapshotChecker.check(
        snapshot, config.layout().blockBytes(), Subject.of("snapshot", id.toString()));
    return snapshot;
  }

  private static String group(String encoded, Subject subject) throws CorruptData {
    try {
      return Group.decode(encoded);
    } catch (IllegalArgumentException e) {
      throw subject.corrupt("group", encoded, "an encoded name");
    }
  }

  /// Whether a snapshot has not been forgotten meanwhile.
  public boolean isThere(Snapshot snapshot) throws IOException {
    return storage.readIfThere(snapshot.name()).isPresent();
  }

  /// Removes a snapshot record; what only it reached becomes garbage.
  ///
  /// @return false when it was gone already
  public boolean forget(Snapshot snapshot) throws IOException {
    return storage.delete(snapshot.name());
  }

  /// A text that changes whenever a repair sets something aside; empty as long as none did.
  public String setAside() throws IOException {
    List<String> names = storage.list(QUARANTINE).stream().map(Entry::name).sorted().toList();
    return names.isEmpty() ? "" : names.size() + " objects, the last " + names.getLast();
  }

  /// Sets an index segment aside that is damaged or made anew, where no reader looks, for a person
  /// to examine.
  public void quarantineIndex(ObjectId index) throws IOException {
    storage.move(Index.name(index), QUARANTINE + "/" + Index.name(index));
  }

  /// Sets a damaged pack aside, where no reader looks.
  ///
  /// @return false when it was not there any more
  public boolean quarantinePack(ObjectId pack, RandomGenerator chance) throws IOException {
    return storage.move(Packs.name(pack), quarantined(pack, chance));
  }

  /// Puts the damaged bytes of a pack into quarantine, then in their place those that were written.
  ///
  /// @param found what lies there now
  /// @return false when that is not what lies there any more; nothing was replaced
  public boolean restorePack(ObjectId pack, byte[] found, byte[] written, RandomGenerator chance)
      throws IOException {
    storage.publish(quarantined(pack, chance), Content.of(found));
    return storage.replace(Packs.name(pack), found, written);
  }

  /// A name of its own each time: a pack may go bad more than once.
  private static String quarantined(ObjectId pack, RandomGenerator chance) {
    return QUARANTINE + "/packs/" + pack + "/" + ObjectId.random(chance);
  }

  /// Snapshots, and what stands beside them.
  ///
  /// @param voided records of fenced sessions: they count for nothing
  /// @param problems damaged records
  public record Listing(List<Snapshot> snapshots, List<Snapshot> voided, List<Problem> problems) {
    public Listing {
      snapshots = List.copyOf(snapshots);
      voided = List.copyOf(voided);
      problems = List.copyOf(problems);
    }
  }
}
