package cairn.volume;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.volume.nbd.NbdUri;
import cairn.volume.qcow.QcowImage;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Opens sources.
public final class Volumes {
  private Volumes() {}

  /// Opens an image file or a block device, read-only, or connects to an NBD server.
  ///
  /// @throws IOException saying in one sentence why this cannot be a source
  public static Volume open(String source) throws IOException {
    return open(source, "back up", ImageFormat.GUESSED);
  }

  /// As [#open(String)].
  ///
  /// @param verb what is to be done with it, for the message
  /// @param format of a file; a device is always the disk itself
  public static Volume open(String source, String verb, ImageFormat format) throws IOException {
    if (NbdUri.isOne(source)) {
      return NbdVolume.open(source, "");
    }
    Path path = absolute(source, verb);
    try {
      FileStatus.Type type = FileStatus.of(path).type();
      return switch (type) {
        case REGULAR -> file(path, format);
        case BLOCK_DEVICE -> DeviceVolume.open(path);
        case DIRECTORY, CHARACTER_DEVICE, OTHER ->
            throw new IOException(
                "cannot "
                    + verb
                    + " "
                    + path
                    + ": it is "
                    + words(type)
                    + "; name an image file or a block device");
      };
    } catch (CallFailed e) {
      throw new IOException("cannot " + verb + " " + path + ": " + why(e), e);
    }
  }

  private static Volume file(Path path, ImageFormat format) throws IOException {
    FileVolume file = FileVolume.open(path);
    try {
      if (format == ImageFormat.RAW || (format == ImageFormat.GUESSED && !QcowImage.isOne(file))) {
        return file;
      }
    } catch (IOException e) {
      throw Closing.after(e, file);
    }
    return QcowVolume.open(file, path, format);
  }

  /// @param verb what was to be done with it, for the message
  static Path absolute(String name, String verb) throws IOException {
    if (name.isEmpty()) {
      throw new IOException("cannot " + verb + " an empty path; name a file or a block device");
    }
    try {
      // Not normalize(): where `a` is a symbolic link, `a/..` is not here.
      Path path = Path.of("/");
      for (Path part : Path.of(name).toAbsolutePath()) {
        path = part.toString().equals(".") ? path : path.resolve(part);
      }
      return path;
    } catch (InvalidPathException e) {
      throw new IOException("cannot " + verb + " " + name + ": it is no path", e);
    }
  }

  static String words(FileStatus.Type type) {
    return switch (type) {
      case REGULAR -> "a file";
      case DIRECTORY -> "a directory";
      case BLOCK_DEVICE -> "a block device";
      case CHARACTER_DEVICE -> "a character device";
      case OTHER -> "a pipe or socket";
    };
  }

  static String why(CallFailed failure) {
    return switch (failure.errno()) {
      case Errno.ENOENT -> "there is no such file or device";
      case Errno.EACCES, Errno.EPERM ->
          "permission denied; run as a user that may read it, such as root";
      case Errno.ENXIO, Errno.ENOMEDIUM -> "there is nothing behind this device";
      default -> failure.reason();
    };
  }
}
