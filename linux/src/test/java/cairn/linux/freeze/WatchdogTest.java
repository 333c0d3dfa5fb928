package cairn.linux.freeze;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The watchdog alone, told things that [Freeze] seldom tells it.
@Timeout(30)
final class WatchdogTest {
  private static final Duration LIMIT = Duration.ofMillis(500);

  @TempDir private Path directory;
  private LoopDevice loop;
  private Mounted mounted;
  private String mountPoint;

  @BeforeEach
  void mount() throws IOException {
    Path image = directory.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    loop = LoopDevice.over(image);
    mounted = Mounted.ext4(loop, directory.resolve("mnt"));
    mountPoint = mounted.directory().toString();
  }

  @AfterEach
  void unmount() throws IOException {
    isFrozen();
    mounted.close();
    loop.close();
  }

  @Test
  void aFreezeThatIsDoneOnlyAfterTheLimitIsEndedAllTheSame() throws IOException {
    try (WatchdogProcess watchdog = start()) {
      watchdog.arm();
      watchdog.tell(Message.FREEZING, 0);
      pause();
      Command.run("fsfreeze", "-f", mountPoint);
      pause();
      assertThat(isFrozen()).isFalse();
      assertThat(watchdog.standDown()).isFalse();
    }
  }

  @Test
  void oneThatWasThawedAtTheLimitAndFrozenBySomebodyElseIsTheirs() throws IOException {
    try (WatchdogProcess watchdog = start()) {
      watchdog.arm();
      watchdog.tell(Message.FREEZING, 0);
      Command.run("fsfreeze", "-f", mountPoint);
      watchdog.tell(Message.FROZEN, 0);
      pause();
      Command.run("fsfreeze", "-f", mountPoint);
      pause();
      assertThat(isFrozen()).isTrue();
    }
  }

  @Test
  void aMessageThatMakesNoSenseThaws() throws IOException {
    try (WatchdogProcess watchdog = start()) {
      watchdog.arm();
      watchdog.tell(Message.FREEZING, 0);
      Command.run("fsfreeze", "-f", mountPoint);
      watchdog.tell(Message.FREEZING, 7);
      ProcessHandle.of(watchdog.pid()).ifPresent(each -> each.onExit().join());
      assertThat(isFrozen()).isFalse();
    }
  }

  @Test
  void standingDownThawsWhatWasNotReleased() throws IOException {
    try (WatchdogProcess watchdog = start()) {
      watchdog.arm();
      watchdog.tell(Message.FREEZING, 0);
      Command.run("fsfreeze", "-f", mountPoint);
      assertThat(watchdog.standDown()).isFalse();
      assertThat(isFrozen()).isFalse();
    }
  }

  /// What is written to it waits for the one that its image lies on, and freezing it waits for what
  /// was written.
  @Test
  void oneThatTakesLongToFreezeDoesNotKeepTheOthersFrozen() throws Exception {
    Path image = mounted.directory().resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(32 << 20);
    }
    try (LoopDevice upper = LoopDevice.over(image);
        Mounted slow = Mounted.ext4(upper, directory.resolve("slow"));
        Other other = new Other(directory);
        WatchdogProcess watchdog =
            WatchdogProcess.start(List.of(other.path(), slow.directory()), LIMIT)) {
      Command.run("sync", "-f", slow.directory().toString());
      Command.run("fsfreeze", "-f", mountPoint);
      Process freezing = null;
      try {
        Files.write(slow.directory().resolve("dirty"), new byte[1 << 20]);
        watchdog.arm();
        watchdog.tell(Message.FREEZING, 0);
        Command.run("fsfreeze", "-f", other.path().toString());
        watchdog.tell(Message.FROZEN, 0);
        watchdog.tell(Message.FREEZING, 1);
        freezing = new ProcessBuilder("fsfreeze", "-f", slow.directory().toString()).start();
        pause();
        assertThat(freezing.isAlive()).as("still being frozen").isTrue();
        assertThat(isFrozen(other.path().toString())).isFalse();
      } finally {
        assertThat(isFrozen()).isTrue();
        if (freezing != null) {
          freezing.onExit().join();
        }
      }
      assertThat(watchdog.standDown()).isFalse();
      assertThat(isFrozen(slow.directory().toString())).isFalse();
    }
  }

  /// One more file system.
  private static final class Other implements AutoCloseable {
    private final LoopDevice loop;
    private final Mounted mounted;

    Other(Path directory) throws IOException {
      Path image = directory.resolve("other-image");
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(32 << 20);
      }
      loop = LoopDevice.over(image);
      mounted = Mounted.ext4(loop, directory.resolve("other"));
    }

    Path path() {
      return mounted.directory();
    }

    @Override
    public void close() throws IOException {
      isFrozen(path().toString());
      mounted.close();
      loop.close();
    }
  }

  private WatchdogProcess start() throws IOException {
    return WatchdogProcess.start(List.of(mounted.directory()), LIMIT);
  }

  private static void pause() {
    assertThat(new CompletableFuture<Void>()).failsWithin(LIMIT.multipliedBy(2));
  }

  /// Whether it was frozen; it is not any more.
  private boolean isFrozen() throws IOException {
    return isFrozen(mountPoint);
  }

  private static boolean isFrozen(String mountPoint) throws IOException {
    return new ProcessBuilder("fsfreeze", "-u", mountPoint).start().onExit().join().exitValue()
        == 0;
  }
}
