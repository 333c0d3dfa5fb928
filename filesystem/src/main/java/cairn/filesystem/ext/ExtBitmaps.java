package cairn.filesystem.ext;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.layout.Area;
import java.io.IOException;
import java.util.List;

/// Reads the block bitmaps of a piece of groups: those that lie next to each other together.
final class ExtBitmaps {
  private static final int PIECE_BYTES = 1 << 20;

  private final BlockReader volume;
  private final int blockBytes;
  private final List<ExtGroup> groups;
  private byte[] bytes = {};
  private int first;
  private int end;

  ExtBitmaps(BlockReader volume, int blockBytes, List<ExtGroup> groups) {
    this.volume = volume;
    this.blockBytes = blockBytes;
    this.groups = groups;
  }

  /// Where in [#bytes()] the bitmap of a group begins. Groups are asked for in ascending order.
  int locate(int index) throws IOException, CorruptData {
    if (index >= end) {
      fill(index);
    }
    return (index - first) * blockBytes;
  }

  byte[] bytes() {
    return bytes;
  }

  private void fill(int index) throws IOException, CorruptData {
    long block = groups.get(index).blockBitmap();
    int most = Math.min(groups.size() - index, PIECE_BYTES / blockBytes);
    int run = 1;
    while (run < most && groups.get(index + run).blockBitmap() == block + run) {
      run++;
    }
    Subject subject = Subject.of("block bitmap", Long.toString(groups.get(index).number()));
    bytes = Area.read(volume, block * blockBytes, run * blockBytes, subject);
    first = index;
    end = index + run;
  }
}
