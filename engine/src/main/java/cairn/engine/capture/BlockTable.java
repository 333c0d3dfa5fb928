package cairn.engine.capture;

import cairn.base.bytes.ChunkId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// What the blocks of a volume hold, until all are known: an id for each block, in a sparse
/// temporary file, as ten terabytes of them are more than a heap has room for. Used by one thread.
final class BlockTable implements Closeable {
  private static final int WINDOW_BLOCKS = 1 << 10;

  private final FileChannel file;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BLOCKS * ChunkId.BYTES);
  private final byte[] id = new byte[ChunkId.BYTES];
  private long windowStart = -1;
  private boolean dirty;

  BlockTable() throws IOException {
    Path path = Files.createTempFile("cairn-", ".blocks");
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /// @param chunk null when the block is all zeros
  void put(long block, @Nullable ChunkId chunk) throws IOException {
    moveTo(block);
    if (chunk == null) {
      new ChunkId(0, 0, 0, 0).writeTo(window.array(), place(block));
    } else {
      chunk.writeTo(window.array(), place(block));
    }
    dirty = true;
  }

  /// What was put last; null also when nothing was.
  @Nullable ChunkId get(long block) throws IOException {
    moveTo(block);
    System.arraycopy(window.array(), place(block), id, 0, id.length);
    ChunkId chunk = ChunkId.of(id);
    return chunk.equals(new ChunkId(0, 0, 0, 0)) ? null : chunk;
  }

  private static int place(long block) {
    return (int) (block % WINDOW_BLOCKS) * ChunkId.BYTES;
  }

  private void moveTo(long block) throws IOException {
    long start = block - block % WINDOW_BLOCKS;
    if (start == windowStart) {
      return;
    }
    flush();
    window.clear();
    while (window.hasRemaining()
        && file.read(window, start * ChunkId.BYTES + window.position()) >= 0) {}
    while (window.hasRemaining()) {
      window.put((byte) 0);
    }
    windowStart = start;
  }

  private void flush() throws IOException {
    if (!dirty) {
      return;
    }
    window.clear();
    while (window.hasRemaining()) {
      int _ = file.write(window, windowStart * ChunkId.BYTES + window.position());
    }
    dirty = false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
