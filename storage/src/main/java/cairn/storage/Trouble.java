package cairn.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Says in one sentence what went wrong with a directory store, and what to do.
final class Trouble {
  private Trouble() {}

  /// @param attempt what was being done, as in `cannot <attempt> in <root>: ...`
  static IOException explain(String attempt, Path root, IOException cause) {
    if (cause instanceof ObjectMissing
        || cause instanceof ObjectExists
        || cause instanceof Explained
        || cause instanceof java.io.EOFException
        || cause instanceof Ownership.WrongOwner) {
      return cause;
    }
    return new Explained("cannot " + attempt + " in " + root + ": " + reason(root, cause), cause);
  }

  private static String reason(Path root, IOException cause) {
    String text = text(cause);
    if (cause instanceof AccessDeniedException denied) {
      return "permission denied for "
          + denied.getFile()
          + ": run as the owner of the store, or give it back to its owner";
    }
    if (text.contains("Read-only file system") || isReadOnly(root)) {
      return "the file system is mounted read-only: mount it writable";
    }
    if (text.contains("Disk quota exceeded")) {
      return "the disk quota is used up: free space or raise the quota";
    }
    if (text.contains("No space left on device")) {
      return "no space left, or no inodes: free some";
    }
    return text;
  }

  private static String text(IOException cause) {
    if (cause instanceof FileSystemException detailed && detailed.getReason() != null) {
      return detailed.getFile() + ": " + detailed.getReason();
    }
    return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
  }

  private static boolean isReadOnly(Path root) {
    try {
      return Files.getFileStore(root).isReadOnly();
    } catch (IOException e) {
      return false; // the cause says what is known
    }
  }

  /// Already one clear sentence.
  static final class Explained extends IOException {
    private static final long serialVersionUID = 1;

    Explained(String message) {
      super(message);
    }

    Explained(String message, IOException cause) {
      super(message, cause);
    }
  }
}
