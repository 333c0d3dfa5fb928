package cairn.filesystem.test;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// An image file as a volume; counts what is read.
public final class ImageFile implements BlockReader {
  private final FileChannel channel;
  private final long size;
  private long reads;
  private long bytes;

  public ImageFile(Path path) throws IOException {
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    this.size = channel.size();
  }

  public long reads() {
    return reads;
  }

  public long bytes() {
    return bytes;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return 4096;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset < 0 || offset > size - length) {
      throw new IllegalArgumentException("bytes " + offset + "+" + length + " of " + size);
    }
    reads++;
    bytes += length;
    ByteBuffer buffer = ByteBuffer.wrap(target, from, length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position() - from) < 0) {
        throw new EOFException("at " + offset);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
