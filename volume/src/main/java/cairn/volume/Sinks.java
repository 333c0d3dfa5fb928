package cairn.volume;

import cairn.base.block.BlockSink;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Opens targets.
public final class Sinks {
  private Sinks() {}

  /// Opens a new or an existing file, or a block device, for an image of `sizeBytes`. Nothing of
  /// what is there has been written to when this fails.
  ///
  /// @throws IOException saying in one sentence why this cannot be the target
  public static BlockSink open(String target, long sizeBytes, SinkOptions options)
      throws IOException {
    Path path = Volumes.absolute(target, "write to");
    try {
      return Files.exists(path)
          ? existing(path.toRealPath(), sizeBytes, options)
          : fresh(path, sizeBytes, options);
    } catch (CallFailed e) {
      throw refused(path, why(e), e);
    }
  }

  /// Removes what earlier runs that were killed left of files that were to become this target.
  ///
  /// @return what was removed
  public static List<Path> removeLeftovers(String target) throws IOException {
    Path path = Volumes.absolute(target, "write to");
    return Leftovers.remove(Files.exists(path) ? path.toRealPath() : path);
  }

  /// Opens a new or an existing file for a raw image that is read back when it is finished, and
  /// takes its name when it is told to.
  ///
  /// @throws IOException as [#open]
  public static FileSink image(String target, long sizeBytes, SinkOptions options)
      throws IOException {
    return FileSink.create(file(target, options.force()), sizeBytes, options.sparse())
        .provenAndPublishedLater();
  }

  /// Opens a new or an existing file for whatever is to be in it.
  ///
  /// @throws IOException as [#open]
  public static PartialFile file(String target, boolean force) throws IOException {
    Path path = Volumes.absolute(target, "write to");
    try {
      if (!Files.exists(path)) {
        return freshFile(path, force);
      }
      Path real = path.toRealPath();
      FileStatus status = FileStatus.of(real);
      if (status.type() != FileStatus.Type.REGULAR) {
        throw refused(path, "it is " + Volumes.words(status.type()) + "; name a file");
      }
      return existingFile(real, status, force);
    } catch (CallFailed e) {
      throw refused(path, why(e), e);
    }
  }

  private static BlockSink existing(Path path, long sizeBytes, SinkOptions options)
      throws IOException {
    FileStatus status = FileStatus.of(path);
    return switch (status.type()) {
      case BLOCK_DEVICE -> DeviceSink.open(path, sizeBytes, options.sparse());
      case REGULAR ->
          FileSink.create(existingFile(path, status, options.force()), sizeBytes, options.sparse());
      case DIRECTORY, CHARACTER_DEVICE, OTHER ->
          throw refused(
              path, "it is " + Volumes.words(status.type()) + "; name a file or a block device");
    };
  }

  private static PartialFile existingFile(Path path, FileStatus status, boolean force)
      throws IOException {
    Optional<String> use = Usage.live().ofFile(status);
    if (use.isPresent()) {
      throw refused(path, use.get() + "; end that first");
    }
    if (status.sizeBytes() > 0 && !force) {
      throw refused(path, "the file exists and is not empty; replace it with --force");
    }
    return PartialFile.create(
        path, force ? PartialFile.Replaces.ANY_FILE : PartialFile.Replaces.EMPTY_FILE);
  }

  private static BlockSink fresh(Path path, long sizeBytes, SinkOptions options)
      throws IOException {
    return FileSink.create(freshFile(path, options.force()), sizeBytes, options.sparse());
  }

  private static PartialFile freshFile(Path path, boolean force) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw refused(path, "it is a symbolic link that leads nowhere");
    }
    Path parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw refused(path, "there is no directory " + parent + "; make it first");
    }
    return PartialFile.create(
        path, force ? PartialFile.Replaces.ANY_FILE : PartialFile.Replaces.NOTHING);
  }

  private static String why(CallFailed failure) {
    return switch (failure.errno()) {
      case Errno.EACCES, Errno.EPERM ->
          "permission denied; run as a user that may write it, such as root";
      case Errno.EROFS -> "it is on a read-only file system";
      default -> Volumes.why(failure);
    };
  }

  static IOException refused(Path path, String why) {
    return new IOException("cannot write to " + path + ": " + why);
  }

  static IOException refused(Path path, String why, CallFailed cause) {
    return new IOException("cannot write to " + path + ": " + why, cause);
  }
}
