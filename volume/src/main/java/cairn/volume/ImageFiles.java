package cairn.volume;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.linux.CallFailed;
import cairn.linux.FileStatus;
import cairn.volume.qcow.Companions;
import cairn.volume.qcow.QcowImage;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The files of one image: itself, and what it and its backing files refer to. A relative name
/// begins at the folder of the file that has it, as QEMU has it.
final class ImageFiles {
  private static final String FILE_PREFIX = "file:";

  /// Enough for any chain that somebody still wants to boot from.
  private static final int DEPTH_MAX = 200;

  private final List<Volume> opened = new ArrayList<>();
  private final List<FileStatus> images = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final boolean stated;

  /// @param stated whether somebody said that the first file is a qcow2 image
  ImageFiles(boolean stated) {
    this.stated = stated;
  }

  /// @param file closed with the image, or when this fails
  QcowImage openImage(FileVolume file, Path path) throws IOException, CorruptData {
    return openImage(file, path, stated || isNamedAsImage(path));
  }

  private QcowImage openImage(FileVolume file, Path path, boolean trusted)
      throws IOException, CorruptData {
    try {
      enter(file, path);
    } catch (IOException e) {
      throw Closing.after(e, file);
    }
    QcowImage image = QcowImage.open(file, path.toString(), new Referred(path, trusted));
    if (image.isMarkedCorrupt()) {
      warnings.add(
          path + " is marked as damaged by whoever wrote to it last; see 'qemu-img check'");
    }
    return image;
  }

  private void enter(FileVolume file, Path path) throws IOException {
    opened.add(file);
    checkUnused(file, path);
    FileStatus status = file.status();
    if (images.stream().anyMatch(status::isSameFile) || images.size() == DEPTH_MAX) {
      throw new IOException("the backing files of " + path + " lead back to it");
    }
    images.add(status);
  }

  /// QEMU holds a lock while it may write, and what is read meanwhile is no image of anything.
  private static void checkUnused(FileVolume file, Path path) throws IOException {
    if (file.isWrittenByQemu()) {
      throw new IOException(
          path
              + " is in use by a running virtual machine or another program of QEMU: shut it down,"
              + " or back up a copy");
    }
  }

  private static boolean isNamedAsImage(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".qcow2") || name.endsWith(".qcow");
  }

  /// All files, to see whether they changed.
  List<Volume> opened() {
    return opened;
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private final class Referred implements Companions {
    private final Path image;
    private final boolean trusted;

    Referred(Path image, boolean trusted) {
      this.image = image;
      this.trusted = trusted;
    }

    @Override
    public BlockReader data(String name) throws IOException {
      Path path = resolve(name);
      Volume file = open(path);
      opened.add(file);
      return file;
    }

    @Override
    public BlockReader backing(String name, Optional<String> format)
        throws IOException, CorruptData {
      Path path = resolve(name);
      Volume file = open(path);
      if (!(file instanceof FileVolume regular)) {
        opened.add(file);
        return file; // a raw device, whatever a guest wrote to it
      }
      return switch (format.orElse("")) {
        case "raw" -> raw(regular);
        case "qcow2" -> openImage(regular, path, true);
        case "" -> isOne(regular) ? openImage(regular, path, isNamedAsImage(path)) : raw(regular);
        default ->
            throw Closing.after(
                new IOException(
                    path
                        + ", the backing file of "
                        + image
                        + ", is of format "
                        + format.get()
                        + ", which is not understood: convert it with qemu-img"),
                file);
      };
    }

    private BlockReader raw(FileVolume file) {
      opened.add(file);
      return file;
    }

    private static boolean isOne(FileVolume file) throws IOException {
      try {
        return QcowImage.isOne(file);
      } catch (IOException e) {
        throw Closing.after(e, file);
      }
    }

    private Path resolve(String name) throws IOException {
      if (!trusted) {
        throw new IOException(
            image
                + " looks like a qcow2 image that refers to "
                + name
                + ": say --format qcow2 if that is so, or --format raw if it is a disk that a"
                + " guest wrote to");
      }
      String plain = name.startsWith(FILE_PREFIX) ? name.substring(FILE_PREFIX.length()) : name;
      int colon = plain.indexOf(':');
      int slash = plain.indexOf('/');
      if (colon >= 0 && (slash < 0 || colon < slash)) {
        throw new IOException(
            image + " refers to " + name + ", and only files and devices are followed");
      }
      try {
        return image.resolveSibling(plain);
      } catch (InvalidPathException e) {
        throw new IOException(image + " refers to " + name + ", which is no path", e);
      }
    }

    private Volume open(Path path) throws IOException {
      try {
        FileStatus.Type type = FileStatus.of(path).type();
        return switch (type) {
          case REGULAR -> unused(FileVolume.open(path), path);
          case BLOCK_DEVICE -> DeviceVolume.open(path);
          case DIRECTORY, CHARACTER_DEVICE, OTHER ->
              throw new IOException(
                  image + " refers to " + path + ", which is " + Volumes.words(type));
        };
      } catch (CallFailed e) {
        throw new IOException(image + " refers to " + path + ": " + Volumes.why(e), e);
      }
    }

    private static Volume unused(FileVolume file, Path path) throws IOException {
      try {
        checkUnused(file, path);
        return file;
      } catch (IOException e) {
        throw Closing.after(e, file);
      }
    }
  }
}
