package cairn.linux.freeze;

import cairn.linux.topology.FileSystems;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Freezes mounted file systems, all of them, and thaws them whatever happens.
///
/// A watchdog process is at hand from [#prepare] to [#close]. It thaws when this process ends, be
/// it by `kill -9`, and when a freeze lasts longer than the limit. Freezing may be repeated. While
/// it is prepared, none of the file systems can be unmounted. Safe for use by several threads: a
/// second one may thaw what the first one froze.
public final class Freeze implements AutoCloseable {
  private final Targets targets;
  private final WatchdogProcess watchdog;
  private @Nullable Frozen last;
  private boolean closed;

  private Freeze(Targets targets, WatchdogProcess watchdog) {
    this.targets = targets;
    this.watchdog = watchdog;
  }

  /// Opens everything, starts the watchdog, and goes through all that freezing and thawing does.
  ///
  /// @param mountPoints in any order; two of one file system count as one
  /// @param limit from the beginning of a freeze; what is dirty then is written within it, see
  ///   [#sync]
  public static Freeze prepare(List<Path> mountPoints, Duration limit) throws IOException {
    boolean countFits = !mountPoints.isEmpty() && mountPoints.size() <= Message.FILE_SYSTEMS_MAX;
    if (limit.toMillis() <= 0 || !countFits) {
      throw new IllegalArgumentException(
          "cannot freeze " + mountPoints.size() + " mount points for " + limit);
    }
    List<Path> order = FreezeOrder.of(mountPoints, FileSystems.live());
    Targets targets = Targets.open(order);
    try {
      return prepare(targets, WatchdogProcess.start(order, limit));
    } catch (IOException | RuntimeException e) {
      closeAfter(e, targets);
      throw e;
    }
  }

  private static Freeze prepare(Targets targets, WatchdogProcess watchdog) throws IOException {
    Freeze freeze = new Freeze(targets, watchdog);
    try {
      freeze.rehearse();
      return freeze;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, watchdog);
      throw e;
    }
  }

  /// One mount point of each file system, in the order of freezing.
  public List<Path> order() {
    return targets.mountPoints();
  }

  /// Writes back what is dirty, so that a freeze soon after has less to write.
  public void sync() throws IOException {
    for (int index = 0; index < targets.count(); index++) {
      targets.sync(index);
    }
  }

  /// Returns when all are frozen.
  ///
  /// @throws FreezeRefused when one of them is frozen by somebody else, or is of a type that cannot
  ///   be; whatever fails, none is frozen by us then
  public synchronized Frozen freeze() throws IOException {
    if (closed) {
      throw new IllegalStateException("freezing was given up");
    }
    watchdog.arm();
    Frozen frozen = new Frozen(this, targets, watchdog);
    last = frozen;
    try {
      for (int index = 0; index < targets.count(); index++) {
        frozen.add(index);
      }
      return frozen;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, frozen);
      throw e;
    }
  }

  /// Thaws what is still frozen, and ends the watchdog.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (targets;
        watchdog) {
      if (last != null) {
        last.close();
      }
    }
  }

  /// The process that thaws when this one does not.
  long watchdogPid() {
    return watchdog.pid();
  }

  private void rehearse() throws IOException {
    Targets.rehearse();
    try (Targets harmless = Targets.open(List.of(Targets.HARMLESS))) {
      watchdog.arm();
      Frozen frozen = new Frozen(this, harmless, watchdog);
      try {
        frozen.add(0);
        throw new IOException("what never freezes was frozen");
      } catch (FreezeRefused expected) {
        frozen.thaw();
      }
    }
  }

  private static void closeAfter(Exception failure, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }
}
