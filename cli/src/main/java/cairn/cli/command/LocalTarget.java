package cairn.cli.command;

import cairn.base.block.BlockSink;
import cairn.cli.shell.UsageError;
import cairn.engine.resize.ResizeTarget;
import cairn.linux.BlockIoctl;
import cairn.linux.FileStatus;
import cairn.linux.NameNotStored;
import cairn.linux.NativeFile;
import cairn.volume.FileSink;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A file or device that becomes a disk of another size. A file has its name when it is whole; a
/// device is whatever it is by then.
final class LocalTarget implements ResizeTarget, Closeable {
  private final String name;
  private final BlockSink sink;
  private final Path path;
  private boolean touched;
  private boolean sealed;

  /// Its size, and the bytes of its sectors; 0 for a file, which has none.
  record Shape(long bytes, int sectorBytes) {
    /// @param wanted size of a file
    static Shape of(String target, OptionalLong wanted) throws IOException {
      Path path = Path.of(target);
      if (isDevice(path)) {
        if (wanted.isPresent()) {
          throw new UsageError("--size is for files; " + target + " has its own");
        }
        try (NativeFile device = NativeFile.open(path)) {
          return new Shape(BlockIoctl.sizeBytes(device), BlockIoctl.logicalSectorBytes(device));
        }
      }
      return new Shape(
          wanted.orElseThrow(
              () -> new UsageError("say by --size how large the file is to be, such as 40G")),
          0);
    }
  }

  private LocalTarget(String name, BlockSink sink, Path path) {
    this.name = name;
    this.sink = sink;
    this.path = path;
  }

  /// Nothing is written to it yet.
  static LocalTarget open(String target, long bytes, SinkOptions options) throws IOException {
    Path path = Path.of(target);
    if (isDevice(path)) {
      return new LocalTarget(target, Sinks.open(target, bytes, options), path);
    }
    FileSink image = Sinks.image(target, bytes, options);
    return new LocalTarget(target, image, image.path());
  }

  private static boolean isDevice(Path path) throws IOException {
    return Files.exists(path) && FileStatus.of(path).type() == FileStatus.Type.BLOCK_DEVICE;
  }

  @Override
  public BlockSink sink() {
    touched = true;
    return sink;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void seal() throws IOException {
    try (NativeFile written = NativeFile.open(path, NativeFile.Option.WRITE)) {
      written.sync();
    }
    if (sink instanceof FileSink image) {
      publish(image);
    }
    sealed = true;
  }

  private void publish(FileSink image) throws IOException {
    try {
      image.publish();
    } catch (NameNotStored e) {
      sealed = true;
      throw e;
    }
  }

  /// What a person should know of it when nothing more is written to it.
  String state() {
    if (sealed) {
      return name + " is written";
    }
    return touched && !(sink instanceof FileSink)
        ? name + " is overwritten and must not be used: restore to it again"
        : name + " is as it was before";
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}
