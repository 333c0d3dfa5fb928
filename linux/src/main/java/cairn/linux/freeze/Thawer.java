package cairn.linux.freeze;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Thaws one file system for the [Watchdog], on a thread of its own: the kernel lets nobody thaw
/// one while it is being frozen, which lasts as long as what is dirty takes to be written, and no
/// other must stay frozen for that.
final class Thawer {
  private static final long STACK_BYTES = 256 << 10;

  /// What is known of the file system.
  private enum State {
    /// Nothing, or somebody else froze it.
    NONE,
    /// Perhaps frozen, perhaps soon.
    FREEZING,
    FROZEN
  }

  /// Thaws the file system.
  interface Thaw {
    /// Returns false when it was not frozen.
    boolean run() throws IOException;
  }

  private final Thaw thaw;
  private State state = State.NONE;
  private int begun;
  private int ended;
  private boolean broken;

  private Thawer(Thaw thaw) {
    this.thaw = thaw;
  }

  /// The thread is there from now on: in a bad moment there may be no memory for one.
  static Thawer start(Thaw thaw) {
    Thawer thawer = new Thawer(thaw);
    Thread.ofPlatform().daemon().name("thaw").stackSize(STACK_BYTES).start(thawer::work);
    return thawer;
  }

  synchronized void arm() {
    broken = false;
  }

  synchronized void freezing() {
    state = State.FREEZING;
  }

  /// Unless it was thawed meanwhile.
  synchronized void frozen() {
    state = state == State.NONE ? State.NONE : State.FROZEN;
  }

  synchronized void released() {
    state = State.NONE;
  }

  /// Thaws what may be frozen; when that is under way, once more after it.
  synchronized void begin() {
    begun++;
    notifyAll();
  }

  /// Waits until what was begun is done.
  ///
  /// @return whether something was thawed, or found thawed, since [#arm]
  synchronized boolean await() {
    waitWhile(() -> ended != begun);
    return broken;
  }

  private void work() {
    while (true) {
      thawOnce();
    }
  }

  private void thawOnce() {
    State before;
    int which;
    synchronized (this) {
      waitWhile(() -> ended == begun);
      before = state;
      which = begun;
    }
    Result result = before == State.NONE ? Result.NOTHING : tried(before);
    synchronized (this) {
      broken |= result != Result.NOTHING;
      state = result == Result.OVER ? State.NONE : state;
      ended = which;
      notifyAll();
    }
  }

  private enum Result {
    NOTHING,
    OVER,
    FAILED
  }

  /// What is told to be frozen only after this began need not have been so when it was tried.
  private Result tried(State before) {
    try {
      return thaw.run() || before == State.FROZEN ? Result.OVER : Result.NOTHING;
    } catch (IOException | RuntimeException e) {
      return Result.FAILED;
    }
  }

  private synchronized void waitWhile(BooleanSupplier condition) {
    while (condition.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a watchdog", e);
      }
    }
  }
}
