package cairn.linux.freeze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.linux.MemoryLock;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FreezeTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(1500);
  private static final Duration A_MOMENT = Duration.ofMillis(200);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration A_SECOND = Duration.ofSeconds(1);

  @TempDir private Path directory;
  private final Deque<Mounted> mounts = new ArrayDeque<>();
  private final Deque<LoopDevice> loops = new ArrayDeque<>();

  /// Whatever a test left frozen would block the unmounting for ever. The lowest was mounted first.
  @AfterEach
  void thawAndUnmount() throws IOException {
    for (Mounted mount : mounts.reversed()) {
      new ProcessBuilder("fsfreeze", "-u", mount.directory().toString()).start().onExit().join();
    }
    while (!mounts.isEmpty() || !loops.isEmpty()) {
      if (mounts.size() == loops.size()) {
        mounts.pop().close();
        loops.pop().close();
      } else if (mounts.size() > loops.size()) {
        mounts.pop().close();
      } else {
        loops.pop().close();
      }
    }
  }

  @Test
  void ext4StandsStillWhileFrozen() throws IOException {
    standsStill(ext4("a"));
  }

  @Test
  void xfsStandsStillWhileFrozen() throws IOException {
    standsStill(add(Mounted.xfs(loop(directory.resolve("a.img")), directory.resolve("a"))));
  }

  @Test
  void btrfsOfTwoDevicesStandsStillWhileFrozen() throws IOException {
    LoopDevice first = loop(directory.resolve("a.img"));
    LoopDevice second = loop(directory.resolve("b.img"));
    standsStill(add(Mounted.btrfs(directory.resolve("a"), first, second)));
  }

  private void standsStill(Path mountPoint) throws IOException {
    try (Freeze freeze = Freeze.prepare(List.of(mountPoint), LONG)) {
      for (int round = 0; round < 3; round++) {
        freeze.sync();
        Frozen frozen = freeze.freeze();
        CompletableFuture<Void> writer = writer(mountPoint.resolve("file" + round));
        assertThat(writer).as("written while frozen").failsWithin(A_MOMENT);
        frozen.thaw();
        assertThat(writer).succeedsWithin(SOON);
      }
    }
    assertWritable(mountPoint);
  }

  @Test
  void aFileSystemInAFileIsFrozenBeforeTheOneThatItLiesOn() throws IOException {
    Path lower = ext4("lower");
    Path middle = ext4("middle", lower);
    Path upper = ext4("upper", middle);
    try (Freeze freeze = Freeze.prepare(List.of(lower, upper, middle), LONG)) {
      assertThat(freeze.order()).containsExactly(upper, middle, lower);
      for (Path mountPoint : freeze.order()) {
        Files.write(mountPoint.resolve("dirty"), new byte[1 << 20]);
      }
      Frozen frozen = freeze.freeze();
      frozen.thaw();
    }
    assertThat(orderOf(List.of(lower, upper))).containsExactly(upper, lower);
  }

  private static List<Path> orderOf(List<Path> mountPoints) throws IOException {
    try (Freeze freeze = Freeze.prepare(mountPoints, LONG)) {
      return freeze.order();
    }
  }

  @Test
  void twoMountPointsOfOneFileSystemAreOne() throws IOException {
    Path mountPoint = ext4("a");
    Path second = Files.createDirectory(directory.resolve("bind"));
    Command.run("mount", "--bind", mountPoint.toString(), second.toString());
    try (Freeze freeze = Freeze.prepare(List.of(mountPoint, second), LONG)) {
      assertThat(freeze.order()).containsExactly(mountPoint);
      freeze.freeze().thaw();
    } finally {
      Command.run("umount", second.toString());
    }
  }

  @Test
  void whenTheSecondCannotBeFrozenTheFirstIsThawed() throws IOException {
    Path good = ext4("good");
    Path memory = directory.resolve("memory");
    try (Mounted tmpfs = Mounted.tmpfs(memory);
        Freeze freeze = Freeze.prepare(List.of(memory, good), LONG)) {
      assertThat(freeze.order()).containsExactly(good, memory);
      assertThatExceptionOfType(FreezeRefused.class)
          .isThrownBy(freeze::freeze)
          .withMessageContaining(memory.toString())
          .satisfies(e -> assertThat(e.mountPoint()).isEqualTo(tmpfs.directory()))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(FreezeRefused.Reason.NOT_SUPPORTED));
      assertWritable(good);
    }
  }

  @Test
  void whatSomebodyElseFrozeStaysFrozen() throws IOException {
    Path ours = ext4("ours");
    Path theirs = ext4("theirs");
    Command.run("fsfreeze", "-f", theirs.toString());
    try (Freeze freeze = Freeze.prepare(List.of(theirs, ours), LONG)) {
      assertThatExceptionOfType(FreezeRefused.class)
          .isThrownBy(freeze::freeze)
          .satisfies(e -> assertThat(e.mountPoint()).isEqualTo(theirs))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(FreezeRefused.Reason.FROZEN_ALREADY));
      assertWritable(ours);
    }
    CompletableFuture<Void> writer = writer(theirs.resolve("file"));
    assertThat(writer).as("written while they have it frozen").failsWithin(A_MOMENT);
    Command.run("fsfreeze", "-u", theirs.toString());
    assertThat(writer).succeedsWithin(SOON);
  }

  @Test
  void aFreezeThatSomebodyElseEndedIsReported() throws IOException {
    Path first = ext4("first");
    Path second = ext4("second");
    try (Freeze freeze = Freeze.prepare(List.of(first, second), LONG)) {
      Frozen frozen = freeze.freeze();
      Command.run("fsfreeze", "-u", first.toString());
      assertThatExceptionOfType(FreezeBroken.class)
          .isThrownBy(frozen::thaw)
          .withMessageContaining(first + " was thawed before the time");
      assertWritable(second);
    }
  }

  @Test
  void theWatchdogEndsAFreezeThatLastsTooLong() throws IOException {
    Path first = ext4("first");
    Path second = ext4("second");
    try (Freeze freeze = Freeze.prepare(List.of(first, second), SHORT)) {
      Frozen frozen = freeze.freeze();
      for (Path mountPoint : List.of(first, second)) {
        assertThat(writer(mountPoint.resolve("file"))).succeedsWithin(SHORT.plus(SOON));
      }
      assertThatExceptionOfType(FreezeBroken.class)
          .isThrownBy(frozen::thaw)
          .withMessageContaining(first + ", " + second + " were thawed before the time");
      // Its time is over, and the next freeze has its own.
      freeze.freeze().thaw();
    }
  }

  @Test
  void aLimitThatIsOverSaysNothingOfTheNextFreeze() throws IOException {
    Path mountPoint = ext4("a");
    try (Freeze freeze = Freeze.prepare(List.of(mountPoint), SHORT)) {
      freeze.freeze().thaw();
      assertThat(new CompletableFuture<Void>()).failsWithin(SHORT.plus(A_MOMENT));
      freeze.freeze().thaw();
    }
  }

  @Test
  void killedWithoutWarningItLeavesNothingFrozen() throws IOException {
    Path lower = ext4("lower");
    Path upper = ext4("upper", lower);
    Process process = freezeInAnotherProcess(lower, upper);
    try {
      CompletableFuture<Void> writer = writer(upper.resolve("file"));
      assertThat(writer).as("written while frozen").failsWithin(A_MOMENT);
      process.destroyForcibly();
      assertThat(writer).as("thawed by the watchdog").succeedsWithin(A_SECOND);
      assertThat(writer(lower.resolve("file"))).succeedsWithin(SOON);
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void theWatchdogOutlivesWhatEndsOtherProcesses() throws IOException {
    Path mountPoint = ext4("a");
    try (Freeze freeze = Freeze.prepare(List.of(mountPoint), LONG)) {
      Frozen frozen = freeze.freeze();
      String pid = Long.toString(freeze.watchdogPid());
      for (String signal : List.of("-TERM", "-INT", "-HUP")) {
        Command.run("kill", signal, pid);
      }
      String[] stat = Files.readString(Path.of("/proc", pid, "stat")).split(" ", -1);
      assertThat(stat[5]).as("its session").isEqualTo(pid);
      assertThat(writer(mountPoint.resolve("file"))).failsWithin(A_MOMENT);
      frozen.thaw();
    }
  }

  @Test
  void aFreezeWhoseWatchdogDiedIsNotTrusted() throws IOException {
    Path mountPoint = ext4("a");
    try (Freeze freeze = Freeze.prepare(List.of(mountPoint), LONG)) {
      Frozen frozen = freeze.freeze();
      kill(freeze.watchdogPid());
      assertThatIOException().isThrownBy(frozen::thaw);
      assertWritable(mountPoint);
      assertThatIOException().isThrownBy(freeze::freeze);
      assertWritable(mountPoint);
    }
  }

  @Test
  void closingThawsAndMayBeRepeated() throws IOException {
    Path mountPoint = ext4("a");
    Freeze freeze = Freeze.prepare(List.of(mountPoint), LONG);
    Frozen frozen = freeze.freeze();
    freeze.close();
    assertWritable(mountPoint);
    frozen.close();
    freeze.close();
    assertThatThrownBy(frozen::thaw).isInstanceOf(FreezeBroken.class);
    assertThatThrownBy(freeze::freeze).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsNotMountedIsRefusedBeforehand() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> Freeze.prepare(List.of(directory), LONG))
        .withMessageContaining("nothing is mounted at " + directory);
  }

  @Test
  void lockingMemoryKeepsItResident() throws IOException {
    try (MemoryLock lock = MemoryLock.ofWhatIsTouched()) {
      assertThat(lock).isNotNull();
      assertThat(lockedKilobytes()).isGreaterThan(10_000);
    }
    assertThat(lockedKilobytes()).isZero();
  }

  /// Its classes, its working directory and its temporary files lie on what it freezes, so it would
  /// hang if freezing or thawing wrote anything.
  @Test
  void aProcessThatLivesOnWhatItFreezesGoesOn() throws IOException {
    Path home = ext4("home");
    StringBuilder classPath = new StringBuilder();
    for (Class<?> room : List.of(Freeze.class, FreezeAndHang.class)) {
      Path classes = Path.of(room.getProtectionDomain().getCodeSource().getLocation().getPath());
      Path copy = home.resolve("classes" + classPath.length());
      Command.run("cp", "-r", classes.toString(), copy.toString());
      classPath.append(copy).append(':');
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + home,
            "-cp",
            classPath.toString(),
            FreezeAgainAndAgain.class.getName(),
            home.toString());
    Process process = builder.directory(home.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).isEqualTo(FreezeAgainAndAgain.DONE);
  }

  private static long lockedKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmLck:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  private static Process freezeInAnotherProcess(Path... mountPoints) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            FreezeAndHang.class.getName());
    List.of(mountPoints).forEach(each -> builder.command().add(each.toString()));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine()).isEqualTo(FreezeAndHang.FROZEN);
    return process;
  }

  private static void kill(long pid) {
    ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
    handle.destroyForcibly();
    assertThat(handle.onExit()).succeedsWithin(SOON);
  }

  private static CompletableFuture<Void> writer(Path file) {
    return CompletableFuture.runAsync(
        () -> {
          try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(1);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static void assertWritable(Path mountPoint) {
    assertThat(writer(mountPoint.resolve("probe"))).succeedsWithin(SOON);
  }

  private Path ext4(String name) throws IOException {
    return ext4(name, directory);
  }

  private Path ext4(String name, Path on) throws IOException {
    return add(Mounted.ext4(loop(on.resolve(name + ".img")), directory.resolve(name)));
  }

  private Path add(Mounted mounted) {
    mounts.push(mounted);
    return mounted.directory();
  }

  private LoopDevice loop(Path file) throws IOException {
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(400 << 20);
    }
    LoopDevice device = LoopDevice.over(file);
    loops.push(device);
    return device;
  }
}
