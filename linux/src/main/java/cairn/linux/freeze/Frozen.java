package cairn.linux.freeze;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// File systems that stand still, all of them, until [#thaw].
///
/// What was read meanwhile is of one moment only when [#thaw] returns without an exception.
public final class Frozen implements AutoCloseable {
  private final Object lock;
  private final Targets targets;
  private final WatchdogProcess watchdog;
  private final List<Path> thawedByOthers = new ArrayList<>();
  private @Nullable IOException failure;
  private int frozenCount;
  private boolean over;

  /// @param lock that all of one [Freeze] share
  Frozen(Object lock, Targets targets, WatchdogProcess watchdog) {
    this.lock = lock;
    this.targets = targets;
    this.watchdog = watchdog;
  }

  /// Freezes the next one.
  void add(int index) throws IOException {
    watchdog.tell(Message.FREEZING, index);
    try {
      targets.freeze(index);
    } catch (IOException e) {
      watchdog.tell(Message.RELEASED, index);
      throw e;
    }
    frozenCount = index + 1;
    watchdog.tell(Message.FROZEN, index);
  }

  /// Thaws all, whatever fails.
  ///
  /// @throws FreezeBroken when one of them was thawed before, by the watchdog or anybody else; now
  ///   all are
  /// @throws IOException when one cannot be thawed, or the watchdog has died; all others are thawed
  public void thaw() throws IOException {
    synchronized (lock) {
      if (over) {
        throw new FreezeBroken("the freeze was over already");
      }
      boolean held = end();
      if (failure != null) {
        throw failure;
      }
      if (!held || !thawedByOthers.isEmpty()) {
        throw new FreezeBroken(brokenMessage());
      }
    }
  }

  /// Thaws all, if [#thaw] did not. Does nothing when called again.
  @Override
  public void close() throws IOException {
    synchronized (lock) {
      if (!over) {
        end();
        if (failure != null) {
          throw failure;
        }
      }
    }
  }

  private boolean end() {
    over = true;
    for (int index = frozenCount - 1; index >= 0; index--) {
      thaw(index);
    }
    try {
      return watchdog.standDown();
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  private void thaw(int index) {
    try {
      if (!targets.thaw(index)) {
        thawedByOthers.add(targets.mountPoint(index));
      }
      watchdog.tell(Message.RELEASED, index);
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) {
    if (failure == null) {
      failure = e;
    } else {
      failure.addSuppressed(e);
    }
  }

  private String brokenMessage() {
    String which =
        thawedByOthers.isEmpty()
            ? "a file system was"
            : String.join(", ", thawedByOthers.stream().map(Path::toString).toList())
                + (thawedByOthers.size() == 1 ? " was" : " were");
    return which
        + " thawed before the time, by the watchdog because the freeze took too long, or by"
        + " somebody else; what was read is of no one moment";
  }
}
