package cairn.base.block;

import cairn.base.bytes.Slice;
import java.io.IOException;

/// A sink that holds blocks compressed by zstd, and takes them as they are.
public interface FrameSink extends BlockSink {
  /// Whether it can take a block of `length` bytes, at a multiple of that, as a frame of
  /// `frameBytes`.
  boolean takes(int length, int frameBytes);

  /// Writes at `offset` what `frame` expands to: `length` bytes. Whoever calls this has expanded
  /// it.
  void writeFrame(long offset, int length, Slice frame) throws IOException;
}
