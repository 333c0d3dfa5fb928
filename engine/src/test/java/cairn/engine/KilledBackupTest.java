package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.repository.Repository;
import cairn.repository.crypto.Protection;
import cairn.repository.session.Owner;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.DirectoryStorage;
import cairn.storage.Storage;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process is killed while it backs up, again and again, on a real folder.
final class KilledBackupTest {
  private static final int ROUNDS = 8;
  private static final int BLOCK = 64 << 10;
  private static final int SIZE = 6 << 20;

  /// What is killed: backs up an image in a loop and says so at each step.
  static final class Worker {
    private Worker() {}

    /// @param arguments repository, image
    public static void main(String[] arguments) throws Exception {
      SecureRandom chance = new SecureRandom();
      Owner owner = new Owner("lab", "boot", ProcessHandle.current().pid(), "killed");
      try (Storage storage = DirectoryStorage.open(Path.of(arguments[0]), chance);
          Volume volume = Volumes.open(arguments[1])) {
        Repository repository =
            new Repository(storage, Repository.readConfig(storage), Protection.clear());
        Surroundings surroundings =
            new Surroundings(() -> Instant.ofEpochMilli(1), chance, owner, 2);
        BackupRequest request =
            new BackupRequest(
                BackupRequest.Sources.atRest(List.of(new NamedVolume("image", volume))),
                "disk",
                List.of(),
                Lab.NEWEST,
                true);
        System.out.println("started");
        while (true) {
          new Backup(repository, surroundings, new Talking(), new Cancellation()).run(request);
          System.out.println("done");
        }
      }
    }
  }

  /// Says each step, so that whoever reads can kill at any of them.
  private static final class Talking implements Progress {
    @Override
    public void begin(String phase, long totalBytes) {
      System.out.println(phase);
    }

    @Override
    public void advance(long bytes) {
      System.out.println(bytes);
    }
  }

  @Test
  void whatWasCommittedStaysAndTheNextBackupWorks(@TempDir Path folder, Seed seed)
      throws Exception {
    RandomGenerator chance = seed.random();
    Path image = folder.resolve("disk.img");
    Path repository = folder.resolve("repository");
    Map<ObjectId, byte[]> contents = new HashMap<>();
    byte[] source = Bytes.random(chance, SIZE + 4321);
    try (DirectoryStorage storage = DirectoryStorage.create(repository, new SecureRandom())) {
      Lab lab = Lab.create(storage, BLOCK, false, new SecureRandom());
      for (int round = 0; round < ROUNDS; round++) {
        Files.write(image, source);
        runAndKill(repository, image, chance.nextInt(1, 40));
        assertAll(lab, contents, source);
        try (Volume volume = Volumes.open(image.toString())) {
          contents.put(lab.backup(volume).id(), source);
        }
        assertAll(lab, contents, source);
        source =
            Bytes.overwritten(source, chance.nextInt(SIZE / 2), Bytes.random(chance, SIZE / 4));
      }
      assertThat(storage.list("sessions/open")).isEmpty();
      assertThat(storage.list("sessions/fenced")).isNotEmpty();
    }
  }

  private static void assertAll(Lab lab, Map<ObjectId, byte[]> contents, byte[] source)
      throws Exception {
    lab.assertClean();
    List<Snapshot> snapshots = lab.snapshots();
    assertThat(snapshots).extracting(Snapshot::id).containsAll(contents.keySet());
    for (Snapshot snapshot : snapshots) {
      byte[] expect = contents.computeIfAbsent(snapshot.id(), id -> source);
      lab.assertRestores(snapshot, expect);
    }
  }

  private static void runAndKill(Path repository, Path image, int lines) throws Exception {
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                repository.toString(),
                image.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = worker.inputReader()) {
      for (int i = 0; i < lines; i++) {
        assertThat(output.readLine()).isNotNull();
      }
    } finally {
      worker.toHandle().destroyForcibly();
    }
    assertThat(worker.waitFor()).isEqualTo(128 + 9);
  }
}
