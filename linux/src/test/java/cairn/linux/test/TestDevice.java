package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Path;

/// A block device that a test may do with as it likes; its string is its path.
public interface TestDevice extends AutoCloseable {
  /// One that was there before and stays; what it holds is lost.
  record Given(Path path) implements TestDevice {
    @Override
    public String toString() {
      return path.toString();
    }

    @Override
    public void close() {}
  }

  Path path();

  @Override
  void close() throws IOException;
}
