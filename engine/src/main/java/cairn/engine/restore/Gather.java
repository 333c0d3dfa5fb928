package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.base.bytes.Slice;
import java.io.IOException;

/// Joins neighbouring blocks into larger writes. Serves one thread at a time.
final class Gather {
  private static final int BYTES = 1 << 20;

  private final BlockSink sink;
  private byte[] bytes = new byte[BYTES];
  private long offset;
  private int length;
  private long written;

  Gather(BlockSink sink) {
    this.sink = sink;
  }

  /// Room for the bytes of the volume at `at`; what was gathered so far is written when they do not
  /// follow it or do not fit. They count only when [#add] is called.
  Slice room(long at, int wanted) throws IOException {
    if (at != offset + length || length + wanted > bytes.length) {
      flush();
      offset = at;
    }
    if (wanted > bytes.length) {
      bytes = new byte[wanted];
    }
    return Slice.of(bytes, length, wanted);
  }

  /// The room given last was filled.
  void add(int filled) {
    length += filled;
  }

  void flush() throws IOException {
    if (length > 0) {
      sink.write(offset, bytes, 0, length);
      written += length;
      offset += length;
      length = 0;
    }
  }

  /// The bytes written since the last call.
  long takeWritten() {
    long taken = written;
    written = 0;
    return taken;
  }
}
