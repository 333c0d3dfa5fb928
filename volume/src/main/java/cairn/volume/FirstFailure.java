package cairn.volume;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Keeps the first failure of a sink; whatever is tried later fails with it as the cause (truth 8).
public final class FirstFailure {
  /// Something that may fail.
  public interface Action {
    void run() throws IOException;
  }

  private final String path;
  private final AtomicReference<@Nullable IOException> first = new AtomicReference<>();

  public FirstFailure(String path) {
    this.path = path;
  }

  public void run(Action action) throws IOException {
    IOException earlier = first.get();
    if (earlier != null) {
      throw new IOException(
          path + " is incomplete since an earlier failure: " + earlier.getMessage(), earlier);
    }
    try {
      action.run();
    } catch (IOException e) {
      first.compareAndSet(null, e);
      throw e;
    }
  }
}
