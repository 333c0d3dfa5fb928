package cairn.volume;

import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.volume.qcow.QcowImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The disk that a guest sees in a qcow2 image, with what the image refers to.
public final class QcowVolume implements Volume {
  private final QcowImage image;
  private final ImageFiles files;
  private final VolumeIdentity identity;

  private QcowVolume(QcowImage image, ImageFiles files, Path path) {
    this.image = image;
    this.files = files;
    this.identity =
        VolumeIdentity.of(VolumeIdentity.Kind.QCOW2, path, image.size(), Optional.empty());
  }

  /// @param file closed with this, or when this fails
  static QcowVolume open(FileVolume file, Path path, ImageFormat format) throws IOException {
    ImageFiles files = new ImageFiles(format == ImageFormat.QCOW2);
    try {
      return new QcowVolume(files.openImage(file, path), files, path);
    } catch (CorruptData e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public VolumeIdentity identity() {
    return identity;
  }

  @Override
  public long size() {
    return image.size();
  }

  @Override
  public int blockSize() {
    return image.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return image.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    image.read(offset, target, from, length);
  }

  @Override
  public void checkUnchanged() throws IOException {
    for (Volume file : files.opened()) {
      file.checkUnchanged();
    }
  }

  @Override
  public boolean wasWritten() throws IOException {
    for (Volume file : files.opened()) {
      if (file.wasWritten()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<String> warnings() {
    return files.warnings();
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
