package cairn.engine.capture;

import cairn.linux.topology.BlockDevice;
import cairn.linux.tracking.ChangeTracker;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/// A tracker that goes on between backups, as it was found.
///
/// @param name of the device that it is kept for
/// @param device empty when there is none of that name any more
/// @param state what it is good for
/// @param why it is not tracking, half a sentence; empty when it is
/// @param tracker empty when it is broken; belongs to this
public record KeptTracker(
    String name,
    Optional<BlockDevice> device,
    State state,
    String why,
    Optional<ChangeTracker> tracker)
    implements Closeable {
  /// What a tracker is good for.
  public enum State {
    TRACKING("tracking"),
    /// It did not see every write; the next backup reads everything, and then it is good again.
    LOST("lost"),
    /// It can hardly begin another generation.
    USED_UP("used up"),
    /// The device is not there any more, or is another one.
    GONE("gone"),
    /// Parts of it are missing or odd.
    BROKEN("broken");

    private final String word;

    State(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// Whether a backup can work with it; a new one would be no better.
  public boolean isUsable() {
    return state == State.TRACKING || state == State.LOST;
  }

  @Override
  public void close() throws IOException {
    if (tracker.isPresent()) {
      tracker.get().close();
    }
  }
}
