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
import java.util.Arrays;
import java.util.List;

/// The watchdog process: thaws what another process froze when that one goes, or takes too long.
/// Started by [WatchdogProcess], which talks to it in the words of [Message].
///
/// When the time is over it thaws, and goes on thawing every [#AGAIN] until it is told to stand
/// down: a freeze may be under way that ends later.
public final class Watchdog {
  private static final Duration AGAIN = Duration.ofMillis(20);

  /// What the watchdog knows of one file system.
  private enum State {
    /// Nothing, or somebody else froze it.
    NONE,
    /// Perhaps frozen, perhaps soon.
    FREEZING,
    FROZEN
  }

  private final Targets targets;
  private final Countdown countdown;
  private final Duration limit;
  private final FileInputStream in = new FileInputStream(FileDescriptor.in);
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final byte[] message = new byte[Message.BYTES];
  private final State[] states;
  private boolean broken;

  private Watchdog(Targets targets, Countdown countdown, Duration limit) {
    this.targets = targets;
    this.countdown = countdown;
    this.limit = limit;
    this.states = new State[targets.count()];
    Arrays.fill(states, State.NONE);
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
      thaw();
    }
  }

  private void prepare() throws IOException {
    Targets.rehearse();
    countdown.start(AGAIN);
    countdown.awaitInput();
    countdown.stop();
    thaw();
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
        thaw();
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
        broken = false;
        countdown.start(limit);
        out.write(Message.ARMED);
      }
      case FREEZING -> states[index] = State.FREEZING;
      // Unless it was thawed meanwhile.
      case FROZEN -> states[index] = states[index] == State.NONE ? State.NONE : State.FROZEN;
      case RELEASED -> states[index] = State.NONE;
      case STAND_DOWN -> {
        thaw();
        countdown.stop();
        out.write(broken ? Message.BROKEN : Message.HELD);
      }
    }
  }

  /// Thaws what may be frozen, the lowest first. One that fails does not keep the others frozen.
  private void thaw() {
    for (int index = states.length - 1; index >= 0; index--) {
      if (states[index] == State.NONE) {
        continue;
      }
      try {
        boolean thawed = targets.thaw(index);
        if (thawed || states[index] == State.FROZEN) {
          states[index] = State.NONE;
          broken = true;
        }
      } catch (IOException e) {
        broken = true;
      }
    }
  }
}
