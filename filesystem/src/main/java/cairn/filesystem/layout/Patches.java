package cairn.filesystem.layout;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// A volume as it would be with some bytes others, and perhaps with another end. Behind the end of
/// the volume are zeros.
///
/// @param volume stays open when this is closed
/// @param size in bytes, of the whole
/// @param patches that do not overlap
public record Patches(BlockReader volume, long size, List<Patch> patches) implements BlockReader {
  public Patches {
    patches = List.copyOf(patches);
  }

  /// Bytes, and where they lie. The array is the patch's own.
  @SuppressWarnings("ArrayRecordComponent")
  public record Patch(long offset, byte[] bytes) {
    public long end() {
      return offset + bytes.length;
    }
  }

  @Override
  public int blockSize() {
    return volume.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException("bytes " + offset + "+" + length + " are not in " + size);
    }
    int there = Math.clamp(volume.size() - offset, 0, length);
    if (there > 0) {
      volume.read(offset, target, from, there);
    }
    Arrays.fill(target, from + there, from + length, (byte) 0);
    for (Patch patch : patches) {
      long start = Math.max(offset, patch.offset());
      long end = Math.min(offset + length, patch.end());
      if (start < end) {
        System.arraycopy(
            patch.bytes(),
            (int) (start - patch.offset()),
            target,
            from + (int) (start - offset),
            (int) (end - start));
      }
    }
  }

  @Override
  public void close() {}
}
