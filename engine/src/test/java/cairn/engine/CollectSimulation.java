package cairn.engine;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Bits;
import cairn.base.test.Seed;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.collect.Collect;
import cairn.engine.collect.CollectRequest;
import cairn.repository.View;
import cairn.repository.read.ChunkReader;
import cairn.repository.session.SessionFenced;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One play: writers, collectors, a person who forgets and readers, all at work on one repository
/// that starts with a few snapshots. Who fences whom is chance too: the protocol must bear any
/// fencing.
final class CollectSimulation {
  static final int BLOCK_BYTES = 16 << 10;
  static final CollectRequest EVERYTHING =
      new CollectRequest(false, Long.MAX_VALUE, 0, 100, Duration.ZERO);

  /// Looking for garbage takes as long as the play, so it is done now and then.
  private static final int CHECK_EVERY = 8;

  /// After so many steps everybody is taken for dead, so that every play ends.
  private static final long STEPS_MAX = 2000;

  /// Later than the start. It stands still, so that plays come to the same in another order.
  private static final InstantSource STILL = () -> Instant.parse("2027-01-01T00:00:00Z");

  private static final Map<String, byte[]> CONTENTS = new ConcurrentHashMap<>();

  private final MemoryStorage objects;
  private final Lab start;
  private final RandomGenerator chance;
  private final Interleaving play;
  private final Settings settings;
  private final Map<String, byte[]> written = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  /// Who is in it.
  ///
  /// @param forgotten how many of the first snapshots are forgotten before it begins
  /// @param fencesAlive whether sessions may be fenced whose process runs
  /// @param guard what is taken out of the protocol
  record Settings(
      int writers,
      int collectors,
      int forgets,
      int readers,
      int forgotten,
      boolean fencesAlive,
      Guard guard) {
    /// Some who write and some who collect what was forgotten, and nobody else.
    static Settings plain(int writers, int collectors, Guard guard) {
      return new Settings(writers, collectors, 0, 0, 2, false, guard);
    }

    static Settings byChance(RandomGenerator chance, Guard guard) {
      return new Settings(
          1 + chance.nextInt(3),
          1 + chance.nextInt(3),
          chance.nextInt(4),
          chance.nextInt(2),
          0,
          true,
          guard);
    }
  }

  CollectSimulation(Start start, Seed seed, Settings settings, Interleaving.Choice choice) {
    this.objects = start.objects.copy(STILL);
    this.start = start.lab;
    this.written.putAll(start.written);
    this.settings = settings;
    this.chance = seed.random();
    this.play = new Interleaving(choice);
  }

  /// A repository with snapshots that share chunks, some of them stored twice, as by two who did
  /// not see each other.
  record Start(MemoryStorage objects, Lab lab, Map<String, byte[]> written) {
    static Start of(Seed seed) throws IOException, CorruptData {
      MemoryStorage objects = new MemoryStorage();
      Lab lab = Lab.create(objects, BLOCK_BYTES, false, seed.random()).alone();
      Map<String, byte[]> written = new HashMap<>();
      for (String content : List.of("ab", "bc", "ac")) {
        Snapshot made = lab.backup(new MemoryVolume(bytes(content)), Lab.NONE).snapshot();
        written.put(made.id().toString(), bytes(content));
        hideIndexes(objects);
      }
      for (Storage.Entry hidden : objects.list("hidden")) {
        objects.move(hidden.name(), hidden.name().substring("hidden/".length()));
      }
      return new Start(objects, lab, written);
    }

    private static void hideIndexes(MemoryStorage objects) throws IOException {
      for (Storage.Entry index : objects.list("index")) {
        objects.move(index.name(), "hidden/" + index.name());
      }
    }
  }

  /// A block of the letter for each letter. The same array each time, not to be changed.
  static byte[] bytes(String letters) {
    return CONTENTS.computeIfAbsent(letters, CollectSimulation::make);
  }

  private static byte[] make(String letters) {
    byte[] bytes = new byte[letters.length() * BLOCK_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (letters.charAt(i / BLOCK_BYTES) + i % 7 + i % 251);
    }
    return bytes;
  }

  List<String> violations() {
    return violations;
  }

  Interleaving play() {
    return play;
  }

  void run() throws Exception {
    add("writer", settings.writers, this::write);
    add("collector", settings.collectors, this::collect);
    add("person", settings.forgets, this::forget);
    add("reader", settings.readers, this::read);
    for (Snapshot snapshot : start.snapshots().subList(0, settings.forgotten)) {
      objects.delete(snapshot.name());
    }
    play.run();
    for (Throwable failure : play.failures()) {
      violations.add("failed: " + failure);
    }
    if (!play.isBrokenOff()) {
      checkAll();
    }
  }

  /// A number that is another one, as good as always, when the play can go on in another way than
  /// another of the same actors, see [Interleaving#digest].
  long digest() {
    return Bits.mix(objects.digest("") + play.digest());
  }

  /// @param chance its own, so that it does the same each time that it sees the same
  private record Part(Interleaving.Actor self, RandomGenerator chance) {}

  private interface Role {
    void play(Part part) throws Exception;
  }

  private void add(String role, int count, Role what) {
    for (int i = 0; i < count; i++) {
      String name = role + " " + i;
      RandomGenerator own = new Seed(chance.nextLong()).random();
      play.add(name, self -> play(name, what, new Part(self, own)));
    }
  }

  private void play(String name, Role what, Part part) throws Exception {
    try {
      what.play(part);
    } catch (SessionFenced e) {
      // as it should be
    } catch (IOException | CorruptData e) {
      violations.add(name + " failed: " + e.getMessage());
    }
  }

  private Lab lab(Part part, Guard.Role role) {
    long seed = part.chance.nextLong();
    Storage seen = settings.guard.remove(role, new StepStorage(objects, part.self), objects);
    return start.over(seen, settings.guard.chance(role, new Seed(seed).random()));
  }

  private static String letters(RandomGenerator chance) {
    String letters = "abcd";
    return ""
        + letters.charAt(chance.nextInt(letters.length()))
        + letters.charAt(chance.nextInt(letters.length()));
  }

  private void write(Part part) throws Exception {
    Lab lab = lab(part, Guard.Role.WRITER);
    byte[] content = bytes(letters(part.chance));
    Parent parent = part.chance.nextBoolean() ? Lab.NEWEST : Lab.NONE;
    Snapshot made = lab.backup(new MemoryVolume(content), parent).snapshot();
    written.put(made.id().toString(), content);
  }

  private void collect(Part part) throws Exception {
    Lab lab = lab(part, Guard.Role.COLLECTOR);
    lab.collect(
        EVERYTHING,
        new Collect.Patience(
            session -> isDead(part.chance),
            duration -> part.self.pause(),
            Collect.Clearance.GIVEN));
  }

  private boolean isDead(RandomGenerator chance) {
    return play.steps() > STEPS_MAX
        || (settings.fencesAlive ? chance.nextInt(4) == 0 : play.isAnybodyCrashed());
  }

  private void forget(Part part) throws Exception {
    Lab lab = lab(part, Guard.Role.PERSON);
    List<Snapshot> snapshots = lab.snapshots();
    if (!snapshots.isEmpty()) {
      lab.repository.forget(snapshots.get(part.chance.nextInt(snapshots.size())));
    }
  }

  private void read(Part part) throws Exception {
    Lab lab = lab(part, Guard.Role.READER);
    List<Snapshot> snapshots = lab.snapshots();
    if (!snapshots.isEmpty()) {
      Snapshot snapshot = snapshots.get(part.chance.nextInt(snapshots.size()));
      read(snapshot, lab);
    }
  }

  /// One chunk after the other: the threads of a restore would all take steps at once.
  private void read(Snapshot snapshot, Lab lab) throws Exception {
    VolumeImage volume = snapshot.details().volumes().getFirst();
    byte[] bytes = new byte[(int) volume.size()];
    @Nullable String problem = null;
    try (View view = lab.repository.openView();
        ChunkReader chunks = view.newReader()) {
      int block = 0;
      for (ChunkId id : view.tree(volume).chunks(0, (int) volume.blockCount())) {
        byte[] chunk = chunks.read(Objects.requireNonNull(id));
        System.arraycopy(chunk, 0, bytes, BLOCK_BYTES * block++, chunk.length);
      }
      if (!Arrays.equals(bytes, written.getOrDefault(snapshot.id().toString(), bytes))) {
        problem = "other bytes than were written";
      }
    } catch (CorruptData | IOException e) {
      problem = e.getMessage();
    }
    if (problem != null && lab.repository.isThere(snapshot)) {
      violations.add("snapshot " + snapshot.id() + " is lost: " + problem);
    }
  }

  /// Everything that is committed can be read; and two collections later nothing is left that is
  /// not needed.
  private void checkAll() throws Exception {
    Lab lab = start.over(objects, chance);
    for (Snapshot snapshot : lab.snapshots()) {
      read(snapshot, lab);
    }
    if (violations.isEmpty() && chance.nextInt(CHECK_EVERY) == 0) {
      checkNothingIsLeft(lab);
    }
  }

  private void checkNothingIsLeft(Lab lab) throws Exception {
    for (int time = 0; time < 2; time++) {
      lab.collect(
          EVERYTHING,
          new Collect.Patience(session -> true, duration -> {}, Collect.Clearance.GIVEN));
    }
    lab.check().problems().forEach(problem -> violations.add(problem.message()));
    lab.check().notes().forEach(violations::add);
    for (String prefix : List.of("gc", "sessions/open")) {
      objects.list(prefix).forEach(entry -> violations.add(entry.name() + " is left"));
    }
    var found = lab.collectDry().found();
    if (found.garbageBytes() > 0 || found.garbageChunks() > 0 || found.pendingBytes() > 0) {
      violations.add("garbage is left: " + found);
    }
  }
}
