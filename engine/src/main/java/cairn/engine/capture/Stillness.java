package cairn.engine.capture;

import java.io.Closeable;
import java.io.IOException;

/// Makes everything that writes to the volumes of a run wait for a moment.
public interface Stillness {
  /// Of nothing.
  Stillness NONE =
      new Stillness() {
        @Override
        public boolean isPossible() {
          return false;
        }

        @Override
        public void settle() {}

        @Override
        public Moment begin() {
          throw new IllegalStateException("nothing can be made to wait");
        }
      };

  /// Whether there is anything that can be made to wait.
  boolean isPossible();

  /// Has what is dirty written out, so that little is left to write when the moment comes.
  void settle() throws IOException;

  /// Returns when everything stands still.
  Moment begin() throws IOException;

  /// While it lasts, nothing may be written to the volumes, by nobody, not even a line of a log.
  interface Moment extends Closeable {
    /// Ends it.
    ///
    /// @throws IOException when it had ended before: what was read meanwhile is of no one moment
    void end() throws IOException;

    /// Ends it, if [#end] did not.
    @Override
    void close() throws IOException;
  }
}
