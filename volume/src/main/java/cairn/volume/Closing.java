package cairn.volume;

import java.io.Closeable;
import java.io.IOException;

/// Closes what was opened on the way to a failure.
final class Closing {
  private Closing() {}

  /// @return `failure`, for `throw`; it carries what went wrong in closing
  static <E extends Exception> E after(E failure, Closeable opened) {
    try {
      opened.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
