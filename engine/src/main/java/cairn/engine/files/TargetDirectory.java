package cairn.engine.files;

import cairn.engine.files.Walk.Met;
import cairn.linux.Directory;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A directory of a copy. It stays open while anything is made in it, and gets its owner,
/// permissions and times when the last user lets go. Safe for use by several threads.
final class TargetDirectory {
  private final @Nullable TargetDirectory parent;
  private final Optional<Met> original;
  private final Directory directory;
  private int users = 1;

  /// The topmost, which its opener closes.
  ///
  /// @param original what it is to be like; empty to leave it as it is
  TargetDirectory(Optional<Met> original, Directory directory) {
    this.parent = null;
    this.original = original;
    this.directory = directory;
  }

  /// @param parent held until this is complete
  TargetDirectory(TargetDirectory parent, Met original, Directory directory) {
    this.parent = parent;
    this.original = Optional.of(original);
    this.directory = directory;
    parent.hold();
  }

  Directory directory() {
    return directory;
  }

  synchronized void hold() {
    users++;
  }

  synchronized boolean isComplete() {
    return users == 0;
  }

  private synchronized boolean isLast() {
    users--;
    return users == 0;
  }

  /// The last one completes the directory.
  void letGo(Likeness likeness) throws IOException {
    if (!isLast()) {
      return;
    }
    try {
      if (original.isPresent()) {
        likeness.give(original.get().path(), original.get().node(), directory.node());
      }
    } finally {
      if (parent != null) {
        directory.close();
        parent.letGo(likeness);
      }
    }
  }

  /// Opens it once more, step by step from the topmost one, which is open until the end, so that no
  /// symbolic link is followed.
  Directory open() throws IOException {
    Deque<byte[]> names = new ArrayDeque<>();
    TargetDirectory at = this;
    while (at.parent != null) {
      names.push(at.original.orElseThrow().name().bytes());
      at = at.parent;
    }
    Directory here = at.directory.again();
    for (byte[] name : names) {
      try (Directory above = here) {
        here = above.enter(name);
      }
    }
    return here;
  }
}
