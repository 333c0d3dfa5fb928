package cairn.linux.freeze;

import cairn.linux.Countdown;
import cairn.linux.Detachment;
import cairn.linux.MemoryLock;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The watchdog process: thaws what another process froze when that one goes, or takes too long.
/// Started by [WatchdogProcess], which talks to it in the words of [Message].
///
/// When the time is over it thaws, and goes on thawing every [#AGAIN] until it is told to stand
/// down: a freeze may be under way that ends later.
public final class Watchdog {
  private static final Duration AGAIN = Duration.ofMillis(20);

  private final List<Thawer> thawers = new ArrayList<>();
  private final Countdown countdown;
  private final Duration limit;
  private final FileInputStream in = new FileInputStream(FileDescriptor.in);
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final byte[] message = new byte[Message.BYTES];

  private Watchdog(Targets targets, Countdown countdown, Duration limit) {
    this.countdown = countdown;
    this.limit = limit;
    for (int index = 0; index < targets.count(); index++) {
      int which = index;
      thawers.add(Thawer.start(() -> targets.thaw(which)));
    }
  }

  /// @param arguments the limit in milliseconds, then the mount points in the order of freezing
  public static void main(String[] arguments) throws IOException {
    List<Path> mountPoints = Arrays.stream(arguments).skip(1).map(Path::of).toList();
    Detachment.ofThisProcess();
    try (Targets targets = Targets.open(mountPoints);
        Countdown countdown = new Countdown()) {
      new Watchdog(targets, countdown, Duration.ofMillis(Long.parseLong(arguments[0]))).run();
    }
  }

  private void run() throws IOException {
    try {
      prepare();
      out.write(Message.READY);
      listen();
    } finally {
      // The other one has gone, or can no longer be understood.
      beginThaw();
      var _ = isBroken();
    }
  }

  private void prepare() throws IOException {
    Targets.rehearse();
    countdown.start(AGAIN);
    countdown.awaitInput();
    countdown.stop();
    beginThaw();
    var _ = isBroken();
    stayInMemory();
  }

  // Only makes a bad moment less likely, so it need not succeed: locking takes CAP_IPC_LOCK.
  private static void stayInMemory() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), "-1000");
    } catch (IOException e) {
      // Then it may be killed when memory runs out, like any other.
    }
    try {
      MemoryLock.ofWhatIsTouched();
    } catch (IOException e) {
      // Then it may be paged out, and in again by reading, which a frozen file system allows.
    }
  }

  private void listen() throws IOException {
    while (true) {
      if (!countdown.awaitInput()) {
        beginThaw();
        countdown.start(AGAIN);
        continue;
      }
      int length = in.read(message);
      if (length < 0) {
        return;
      }
      obey(Message.kind(message, length), Message.index(message));
    }
  }

  private void obey(Message kind, int index) throws IOException {
    switch (kind) {
      case ARM -> {
        thawers.forEach(Thawer::arm);
        countdown.start(limit);
        out.write(Message.ARMED);
      }
      case FREEZING -> thawers.get(index).freezing();
      case FROZEN -> thawers.get(index).frozen();
      case RELEASED -> thawers.get(index).released();
      case STAND_DOWN -> {
        beginThaw();
        boolean broken = isBroken();
        countdown.stop();
        out.write(broken ? Message.BROKEN : Message.HELD);
      }
    }
  }

  /// Thaws what may be frozen, the lowest first, and each for itself: one that fails, or that the
  /// kernel does not let go yet, does not keep the others frozen.
  private void beginThaw() {
    thawers.reversed().forEach(Thawer::begin);
  }

  /// Waits until all that can be thawed is.
  private boolean isBroken() {
    boolean broken = false;
    for (Thawer thawer : thawers) {
      broken |= thawer.await();
    }
    return broken;
  }
}
