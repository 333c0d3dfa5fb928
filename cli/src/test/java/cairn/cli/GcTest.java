package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Garbage collection by real processes on a real directory.
class GcTest {
  private static final int IMAGE_BYTES = 8 << 20;

  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Desk desk;
  private RandomGenerator chance;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    chance = seed.random();
    repository = folder.resolve("repository");
    image = Files.write(folder.resolve("disk.img"), seed.bytes(IMAGE_BYTES));
    desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
  }

  @Test
  void whatNoSnapshotNeedsIsGivenBack() throws Exception {
    String first = backup();
    rewrite(IMAGE_BYTES / 4);
    backup();
    long before = size();
    desk.run("forget", first).expect(0);
    assertThat(desk.run("gc", "--dry-run").expect(0).out()).startsWith("Plan: remove ");
    assertThat(size()).isEqualTo(before);

    Desk.Result gc = desk.run("gc", "--unused-limit", 0).expect(0);
    assertThat(gc.out()).startsWith("Plan: remove ").contains("Freed ", "  garbage", "  live");
    assertThat(size()).isLessThan(before - IMAGE_BYTES / 4 + 500_000);
    desk.run("check", "--read-data").expect(0);
    assertRestores();

    JsonObject again = desk.run("gc", "--unused-limit", 0, "--json").expect(0).json();
    assertThat(again.get("packsRemoved").getAsLong()).isZero();
    assertThat(again.get("garbageBytes").getAsLong()).isZero();
    assertThat(again.get("snapshots").getAsLong()).isEqualTo(1);
  }

  @Test
  void moreThanHalfIsNotDeletedUnasked() throws Exception {
    String only = backup();
    desk.run("forget", only).expect(0);
    long before = size();
    desk.run("gc").expectSentence(1, "nothing was deleted", "--allow-large-deletion");
    assertThat(size()).isEqualTo(before);
    desk.run("gc", "--allow-large-deletion").expect(0);
    assertThat(files("packs")).isEmpty();
    assertThat(files("gc")).isEmpty();
    backup();
    assertRestores();
  }

  @Test
  void nothingIsDeletedWhenAnythingIsDamaged() throws Exception {
    String first = backup();
    rewrite(IMAGE_BYTES / 4);
    backup();
    desk.run("forget", first).expect(0);
    Path snapshot = files("snapshots").getFirst();
    byte[] good = Files.readAllBytes(snapshot);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(snapshot, bad);
    List<Path> packs = files("packs");
    desk.run("gc").expectSentence(4, "corrupt snapshot", "nothing was deleted", "cairn check");
    assertThat(files("packs")).isEqualTo(packs);
    Files.write(snapshot, good);
    Path index = files("index").getFirst();
    Path aside = folder.resolve("aside");
    Files.move(index, aside);
    assertThat(desk.run("gc").err()).contains("nothing was deleted");
    assertThat(files("packs")).isEqualTo(packs);
    Files.move(aside, index);
    desk.run("gc").expect(0);
    assertRestores();
  }

  /// The storage is probed first: here it is a folder that a copy of a repository was put into.
  @Test
  void aStoreWithinAnotherIsRefused() throws Exception {
    backup();
    Path inner = repository.resolve("packs/inner");
    Command.run("cp", "-r", repository.toString(), folder.resolve("copy").toString());
    Files.move(folder.resolve("copy"), inner);
    Desk other = Desk.withRepository(inner);
    other.run("gc").expectSentence(1, "nested");
  }

  /// A writer that stands still is fenced when it gives no sign of life; then it goes on.
  @Test
  void aFencedWriterFailsAndLeavesNothing() throws Exception {
    String first = backup();
    rewrite(IMAGE_BYTES / 2);
    backup();
    desk.run("forget", first).expect(0);
    rewrite(IMAGE_BYTES);
    Process backup = start(List.of("-Xint"), "backup", image.toString());
    Path session = awaitSession(backup);
    stop(backup);
    Path fenced = repository.resolve("sessions/fenced").resolve(session.getFileName());
    Files.createDirectories(fenced.getParent());
    Files.move(session, fenced); // what a collector does after ten minutes of silence
    desk.run("gc", "--keep-uploads", 0).expect(0);
    Command.run("kill", "-CONT", "" + backup.pid());
    String said = new String(backup.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(backup.waitFor()).as(said).isEqualTo(5);
    assertThat(said).contains("was fenced by another process");
    assertThat(desk.run("snapshots", "--json").json().getAsJsonArray("snapshots")).hasSize(1);
    desk.run("gc", "--keep-uploads", 0).expect(0);
    desk.run("check", "--read-data").expect(0);
    assertThat(desk.run("check").expect(0).out()).doesNotContain("note");
  }

  /// Backups and collectors are killed at any moment; what was committed stays.
  @Test
  void killedAtAnyMomentNothingIsLost() throws Exception {
    backup();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("kill.seconds", 25));
    for (int round = 0; System.nanoTime() < end; round++) {
      rewrite(IMAGE_BYTES / 8);
      Process backup = start(List.of(), "backup", image.toString());
      Process gc = start(List.of(), "gc", "--keep-uploads", "0", "--unused-limit", "0");
      boolean killsBackup = chance.nextBoolean();
      Process victim = killsBackup ? backup : gc;
      victim.waitFor(300 + chance.nextInt(1500), TimeUnit.MILLISECONDS);
      victim.destroyForcibly().waitFor();
      (killsBackup ? gc : backup).waitFor();
      if (round % 2 == 1) {
        desk.run("forget", "--keep-last", 2).expect(0);
      }
    }
    desk.run("backup", image).expect(0);
    desk.run("gc", "--keep-uploads", 0, "--unused-limit", 0, "--allow-large-deletion").expect(0);
    desk.run("check", "--read-data").expect(0);
    assertThat(files("gc")).isEmpty();
    assertRestores();
  }

  private String backup() {
    return desk.run("backup", image, "--json").expect(0).json().get("snapshot").getAsString();
  }

  private void rewrite(int bytes) throws IOException {
    byte[] random = new byte[bytes];
    chance.nextBytes(random);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(chance.nextInt(IMAGE_BYTES - bytes + 1));
      file.write(random);
    }
  }

  private void assertRestores() {
    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest", copy, "--force").expect(0);
    assertThat(copy).hasSameBinaryContentAs(image);
  }

  private long size() throws IOException {
    long size = 0;
    for (Path pack : files("packs")) {
      size += Files.size(pack);
    }
    return size;
  }

  private List<Path> files(String prefix) throws IOException {
    if (!Files.exists(repository.resolve(prefix))) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(repository.resolve(prefix))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Path awaitSession(Process backup) throws Exception {
    while (backup.isAlive() && files("sessions/open").isEmpty()) {
      backup.waitFor(5, TimeUnit.MILLISECONDS);
    }
    assertThat(backup.isAlive()).as("still at work").isTrue();
    return files("sessions/open").getFirst();
  }

  /// Stops a process where it does not hold the lock of the store: there it would stop everybody.
  private void stop(Process process) throws Exception {
    boolean locked = true;
    while (locked) {
      process.waitFor(20, TimeUnit.MILLISECONDS);
      Command.run("kill", "-STOP", "" + process.pid());
      process.waitFor(20, TimeUnit.MILLISECONDS);
      try (FileChannel lock =
          FileChannel.open(repository.resolve(".lock"), StandardOpenOption.WRITE)) {
        locked = lock.tryLock() == null;
      }
      if (locked) {
        Command.run("kill", "-CONT", "" + process.pid());
      }
    }
  }

  private Process start(List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "cairn.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CAIRN_REPOSITORY", repository.toString());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
