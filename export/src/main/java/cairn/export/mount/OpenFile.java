package cairn.export.mount;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.linux.Errno;
import cairn.linux.fuse.FuseError;
import java.io.IOException;

/// A file that somebody has open.
///
/// @param isOurs whether the content is to be closed with it
record OpenFile(Known node, BlockReader content, boolean isOurs) implements Open {
  /// What is looked through for holes at first; then twice as much each time, because most is found
  /// near, and a map of a large volume takes long to read.
  private static final long LOOK_BYTES = 64L << 20;

  int read(long offset, byte[] target, int length) throws IOException {
    long left = content.size() - offset;
    int count = (int) Math.max(0, Math.min(length, left));
    if (offset >= 0 && count > 0) {
      content.read(offset, target, 0, count);
    }
    return count;
  }

  long seek(long offset, boolean toData) throws IOException, FuseError {
    if (offset < 0 || offset >= content.size()) {
      throw new FuseError(Errno.ENXIO);
    }
    State wanted = toData ? State.DATA : State.HOLE;
    long at = offset;
    long step = LOOK_BYTES;
    while (at < content.size()) {
      long length = Math.min(step, content.size() - at);
      for (Extent extent : content.extents(at, length)) {
        if (extent.state() == wanted) {
          return extent.offset();
        }
      }
      at += length;
      step *= 2;
    }
    if (toData) {
      throw new FuseError(Errno.ENXIO);
    }
    return content.size();
  }

  @Override
  public void close() throws IOException {
    if (isOurs) {
      content.close();
    }
  }
}
