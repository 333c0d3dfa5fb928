package cairn.export;

import cairn.export.qcow.QcowSink;
import cairn.volume.ImageSink;
import cairn.volume.PartialFile;
import java.io.IOException;
import java.nio.file.Path;

/// An image of another system in the making: a qcow2 image beside it, which `qemu-img` converts,
/// and compares with what it made, once it is whole.
public final class ConvertedSink implements ImageSink {
  private final QcowSink source;
  private final Path sourcePath;
  private final PartialFile target;
  private final ImageKind kind;
  private final QemuImg qemu;

  /// @param source never given a name; closed with this
  /// @param sourcePath where it lies
  /// @param target new and empty; closed with this
  public ConvertedSink(
      QcowSink source, Path sourcePath, PartialFile target, ImageKind kind, QemuImg qemu) {
    this.source = source;
    this.sourcePath = sourcePath;
    this.target = target;
    this.kind = kind;
    this.qemu = qemu;
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public void write(long offset, byte[] bytes, int from, int length) throws IOException {
    source.write(offset, bytes, from, length);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    source.zero(offset, length);
  }

  @Override
  public void finish() throws IOException {
    source.finish();
    qemu.convert(sourcePath, target.path(), kind);
    target.wasWrittenByOthers();
    target.store();
    qemu.compare(sourcePath, target.path(), kind);
  }

  /// From the qcow2 image, which the target was compared with.
  @Override
  public void readBack(long offset, byte[] bytes, int from, int length) throws IOException {
    source.readBack(offset, bytes, from, length);
  }

  @Override
  public void publish() throws IOException {
    target.publish();
  }

  @Override
  public void close() throws IOException {
    try (target) {
      source.close();
    }
  }
}
