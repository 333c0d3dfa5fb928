package cairn.engine.capture;

import cairn.linux.freeze.Freeze;
import cairn.linux.freeze.FreezeRefused;
import cairn.linux.freeze.Frozen;
import cairn.storage.Probe;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Freezes the file systems on the volumes, as far as they can be: some, such as FAT, have nothing
/// to freeze. Used by one thread.
final class FreezeStillness implements Stillness, Closeable {
  /// How long another backup's moment may take: 10 s.
  private static final int ATTEMPTS = 40;

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Duration limit;
  private final Probe.Sleeper sleeper;
  private final List<Path> mountPoints;
  private @Nullable Freeze freeze;

  /// @param limit after which a watchdog thaws, whatever happens
  FreezeStillness(List<Path> mountPoints, Duration limit, Probe.Sleeper sleeper)
      throws IOException {
    this.sleeper = sleeper;
    this.mountPoints = new ArrayList<>(mountPoints);
    this.limit = limit;
    prepare();
  }

  private void prepare() throws IOException {
    freeze = mountPoints.isEmpty() ? null : Freeze.prepare(mountPoints, limit);
  }

  /// What is frozen, each by the mount point that was given.
  List<Path> mountPoints() {
    return List.copyOf(mountPoints);
  }

  @Override
  public boolean isPossible() {
    return freeze != null;
  }

  @Override
  public void settle() throws IOException {
    prepared().sync();
  }

  @Override
  public Moment begin() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return new FrozenMoment(prepared().freeze());
      } catch (FreezeRefused e) {
        if (e.reason() != FreezeRefused.Reason.FROZEN_ALREADY || attempt == ATTEMPTS) {
          throw e;
        }
        pause();
      }
    }
  }

  private void pause() throws InterruptedIOException {
    try {
      sleeper.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while somebody else had frozen a file system");
    }
  }

  /// Freezes and thaws once, and goes on without what cannot be frozen.
  void tryOnce() throws IOException {
    while (isPossible()) {
      settle();
      try (Moment moment = begin()) {
        moment.end();
        return;
      } catch (FreezeRefused e) {
        if (e.reason() != FreezeRefused.Reason.NOT_SUPPORTED
            || !mountPoints.remove(e.mountPoint())) {
          throw e;
        }
        prepared().close();
        prepare();
      }
    }
  }

  private Freeze prepared() {
    Freeze prepared = freeze;
    if (prepared == null) {
      throw new IllegalStateException("there is nothing to freeze");
    }
    return prepared;
  }

  @Override
  public void close() throws IOException {
    Freeze prepared = freeze;
    if (prepared != null) {
      prepared.close();
    }
  }

  private record FrozenMoment(Frozen frozen) implements Moment {
    @Override
    public void end() throws IOException {
      frozen.thaw();
    }

    @Override
    public void close() throws IOException {
      frozen.close();
    }
  }
}
