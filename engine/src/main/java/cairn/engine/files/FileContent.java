package cairn.engine.files;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.engine.Cancellation;
import cairn.linux.OpenNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Copies the content of files, in pieces that may be copied side by side. What cannot be read of a
/// file is left a hole, and is told of.
final class FileContent {
  /// What is copied by one task, at most.
  static final int PIECE_BYTES = 8 << 20;

  private static final int READ_BYTES = 1 << 20;

  private final Cancellation cancellation;
  private final Troubles troubles;
  private final Queue<byte[]> buffers = new ConcurrentLinkedQueue<>();

  FileContent(Cancellation cancellation, Troubles troubles) {
    this.cancellation = cancellation;
    this.troubles = troubles;
  }

  /// From where to where.
  ///
  /// @param path of the original, for a person to read
  record Way(String path, BlockReader from, OpenNode to) {}

  /// The ranges that hold data, in groups of [#PIECE_BYTES] and less; one at least.
  static List<List<Extent>> pieces(BlockReader content) throws IOException {
    List<List<Extent>> pieces = new ArrayList<>();
    List<Extent> piece = new ArrayList<>();
    long bytes = 0;
    for (Extent extent : content.extents(0, content.size())) {
      long at = extent.offset();
      while (extent.state() == State.DATA && at < extent.end()) {
        long count = Math.min(extent.end() - at, PIECE_BYTES - bytes);
        piece.add(new Extent(at, count, State.DATA));
        at += count;
        bytes += count;
        if (bytes == PIECE_BYTES) {
          pieces.add(piece);
          piece = new ArrayList<>();
          bytes = 0;
        }
      }
    }
    pieces.add(piece);
    return pieces;
  }

  /// @return the bytes written
  long copy(Way way, List<Extent> piece) throws IOException {
    byte[] buffer = buffers.poll();
    if (buffer == null) {
      buffer = new byte[READ_BYTES];
    }
    try {
      long written = 0;
      for (Extent extent : piece) {
        for (long at = extent.offset(); at < extent.end(); at += READ_BYTES) {
          cancellation.check();
          written += copy(way, at, (int) Math.min(READ_BYTES, extent.end() - at), buffer);
        }
      }
      return written;
    } finally {
      buffers.add(buffer);
    }
  }

  private long copy(Way way, long offset, int length, byte[] buffer) throws IOException {
    try {
      way.from.read(offset, buffer, 0, length);
    } catch (IOException e) {
      return rescue(way, offset, length, buffer);
    }
    way.to.write(offset, buffer, 0, length);
    return length;
  }

  /// Block by block, what can be read.
  private long rescue(Way way, long offset, int length, byte[] buffer) throws IOException {
    int blockBytes = way.from.blockSize();
    long written = 0;
    long at = offset;
    while (at < offset + length) {
      cancellation.check();
      int count = (int) Math.min(blockBytes - at % blockBytes, offset + length - at);
      if (isRead(way, at, count, buffer)) {
        way.to.write(at, buffer, 0, count);
        written += count;
      }
      at += count;
    }
    return written;
  }

  private boolean isRead(Way way, long offset, int length, byte[] buffer) {
    try {
      way.from.read(offset, buffer, 0, length);
      return true;
    } catch (IOException e) {
      String where = "bytes " + offset + "+" + length + " are missing, zeros are in their place: ";
      troubles.failure(way.path, where, e);
      return false;
    }
  }
}
