package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.shell.UsageError;
import cairn.engine.files.FileLookup;
import cairn.engine.files.Walk.Met;
import cairn.filesystem.NoSuchPlace;
import cairn.filesystem.Places.Target;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/// A file that a person names.
///
/// @param path within its file system
record InsidePath(String path, FileLookup.Found found) {
  /// @param follow whether a symbolic link at the end of the path is followed
  static InsidePath find(Inside inside, boolean follow) throws IOException, CorruptData {
    try {
      Target target = inside.places().resolve(inside.path());
      String path = target.path();
      return new InsidePath(path, FileLookup.find(target.place().files().root(), path, follow));
    } catch (NoSuchPlace e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + inside.path() + " in " + inside.name(), e);
    } catch (Unreadable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  Met met() {
    return new Met(path, found.name().orElse(FileName.of("/")), found.node());
  }
}
