package cairn.linux;

import java.io.IOException;
import java.nio.file.Path;

/// A file has got its name, and the directory that says so could not be stored: the file is whole,
/// and after a loss of power it may lie under its old name.
public final class NameNotStored extends IOException {
  private static final long serialVersionUID = 1;

  NameNotStored(Path file, IOException cause) {
    super(
        file + " is whole, but may lose its name when the power fails: " + cause.getMessage(),
        cause);
  }
}
