package cairn.engine.files;

import java.nio.file.Path;

/// What to copy, and where to.
///
/// @param path of it, for a person to read
/// @param found what is there
/// @param contents whether what is in a directory goes into the target, not the directory itself
/// @param target a directory to put it into, or the name that the copy gets
/// @param replace whether files that are there are replaced
public record CopyRequest(
    String path, FileLookup.Found found, boolean contents, Path target, boolean replace) {
  /// Of the topmost directory of a file system there is no name to put it under.
  boolean isContents() {
    return found.isDirectory() && (contents || found.name().isEmpty());
  }
}
