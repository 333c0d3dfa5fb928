package cairn.linux.tracking;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// What is to be closed together, the last first. All is closed, whatever fails, and once.
final class Resources implements AutoCloseable {
  /// Something to close.
  interface Resource {
    void close() throws IOException;
  }

  private final Deque<Resource> open = new ArrayDeque<>();

  synchronized void add(Resource resource) {
    open.push(resource);
  }

  /// After a failure, which is what counts: another one is noted with it.
  void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    IOException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
