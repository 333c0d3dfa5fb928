package cairn.engine.files;

import cairn.base.block.Extent;
import cairn.engine.files.FileContent.Way;
import cairn.engine.files.Walk.Met;
import cairn.linux.OpenNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// One regular file on its way. Its pieces may be copied side by side; the last one completes it.
/// One that could not be written is removed. Safe for use by several threads.
final class FileCopy {
  private final Met original;
  private final TargetDirectory into;
  private final Way way;
  private final List<List<Extent>> pieces;
  private final CompletableFuture<Boolean> done;
  private int piecesLeft;
  private boolean failed;

  /// @param into held by the caller; this lets go of it
  /// @param way to a new file under the name of the original; this closes it
  /// @param done completed with whether there is a copy
  FileCopy(
      Met original,
      TargetDirectory into,
      Way way,
      List<List<Extent>> pieces,
      CompletableFuture<Boolean> done) {
    this.original = original;
    this.into = into;
    this.way = way;
    this.pieces = pieces;
    this.piecesLeft = pieces.size();
    this.done = done;
  }

  List<List<Extent>> pieces() {
    return pieces;
  }

  /// @return the bytes written
  long copy(List<Extent> piece, FileContent content, Likeness likeness) throws IOException {
    boolean good = false;
    try {
      long written = content.copy(way, piece);
      good = true;
      return written;
    } finally {
      if (isLast(good)) {
        end(likeness);
      }
    }
  }

  private synchronized boolean isLast(boolean good) {
    failed |= !good;
    piecesLeft--;
    return piecesLeft == 0;
  }

  private void end(Likeness likeness) throws IOException {
    boolean good = false;
    try (OpenNode to = way.to()) {
      if (!failed) {
        to.resize(original.node().attributes().size());
        likeness.give(original.path(), original.node(), to);
        good = true;
      }
    } finally {
      if (!good) {
        into.directory().remove(original.name().bytes());
      }
      done.complete(good);
      into.letGo(likeness);
    }
  }

  boolean isDone() {
    return done.isDone();
  }

  /// Nobody works on it any more.
  void abandon() throws IOException {
    way.to().close();
    into.directory().remove(original.name().bytes());
  }
}
