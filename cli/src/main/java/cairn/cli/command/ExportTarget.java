package cairn.cli.command;

import cairn.export.ConvertedSink;
import cairn.export.ImageKind;
import cairn.export.QemuImg;
import cairn.export.qcow.QcowOptions;
import cairn.export.qcow.QcowSink;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.ImageSink;
import cairn.volume.PartialFile;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// One image of an export, from its opening until it has its name.
///
/// @param file what it is called in the end
record ExportTarget(Snapshot snapshot, VolumeImage volume, String file, ImageSink sink) {
  /// How images are to be made.
  ///
  /// @param force whether files that are not empty may be replaced
  /// @param qemu makes what is converted
  record Manner(ImageKind kind, boolean compress, boolean force, QemuImg qemu) {}

  /// @param below the image that this one is to stand upon, a finished one of qcow2
  static ExportTarget open(
      Snapshot snapshot,
      VolumeImage volume,
      String file,
      Manner manner,
      Optional<ExportTarget> below)
      throws IOException {
    ImageSink sink =
        switch (manner.kind) {
          case RAW -> Sinks.image(file, volume.size(), new SinkOptions(manner.force, true));
          case QCOW2 -> {
            QcowOptions usual = QcowOptions.suitedTo(volume.size(), volume.blockBytes());
            QcowOptions options = manner.compress ? usual.compressed(volume.blockBytes()) : usual;
            yield new QcowSink(
                Sinks.file(file, manner.force),
                volume.size(),
                below.isPresent() ? options.upon(backing(below.get())) : options);
          }
          default -> converted(volume, file, manner);
        };
    return new ExportTarget(snapshot, volume, file, sink);
  }

  private static QcowOptions.Backing backing(ExportTarget below) {
    String name = String.valueOf(Path.of(below.file).getFileName());
    // Whatever there is before a colon would be taken for a protocol.
    String plain = name.contains(":") ? "./" + name : name;
    return new QcowOptions.Backing(plain, ((QcowSink) below.sink).disk());
  }

  private static ImageSink converted(VolumeImage volume, String file, Manner manner)
      throws IOException {
    PartialFile target = Sinks.file(file, manner.force).withinFolder();
    try {
      PartialFile source = Sinks.file(file, manner.force);
      QcowOptions options = QcowOptions.suitedTo(volume.size(), volume.blockBytes());
      return new ConvertedSink(
          new QcowSink(source, volume.size(), options),
          source.path(),
          target,
          manner.kind,
          manner.qemu);
    } catch (IOException e) {
      target.close();
      throw e;
    }
  }
}
