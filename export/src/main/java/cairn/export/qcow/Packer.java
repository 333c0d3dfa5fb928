package cairn.export.qcow;

import cairn.base.bytes.Slice;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Compresses clusters, one behind the other. Serves one thread at a time.
final class Packer implements AutoCloseable {
  /// The level that costs least.
  private static final int LEVEL = 1;

  /// So that a refcount of 16 bits is enough for the largest clusters.
  private static final int LENGTH_MIN = 64;

  private static final int SECTOR_BYTES = 512;

  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private final List<Long> offsets = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private byte[] bytes = new byte[0];
  private int size;

  Packer() {
    compressor.setLevel(LEVEL).setChecksum(false).setDictID(false);
  }

  /// Adds the cluster at `offset` of the guest's disk.
  ///
  /// @return false when that would not take less space; then nothing was added
  boolean add(long offset, byte[] source, int from, int clusterBytes) {
    int bound = Math.toIntExact(Zstd.compressBound(clusterBytes));
    reserve(bound);
    int length = compressor.compressByteArray(bytes, size, bound, source, from, clusterBytes);
    if (length > clusterBytes - SECTOR_BYTES) {
      return false;
    }
    added(offset, length);
    return true;
  }

  /// Adds a cluster that is compressed already.
  void addFrame(long offset, Slice frame) {
    reserve(Math.max(frame.length(), LENGTH_MIN));
    System.arraycopy(frame.bytes(), frame.offset(), bytes, size, frame.length());
    added(offset, frame.length());
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }

  private void added(long offset, int length) {
    int taken = Math.max(length, LENGTH_MIN);
    Arrays.fill(bytes, size + length, size + taken, (byte) 0);
    offsets.add(offset);
    lengths.add(taken);
    size += taken;
  }

  /// In the guest's disk, one for each cluster added.
  List<Long> offsets() {
    return offsets;
  }

  List<Integer> lengths() {
    return lengths;
  }

  /// Valid up to [#size()].
  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void clear() {
    offsets.clear();
    lengths.clear();
    size = 0;
  }

  @Override
  public void close() {
    compressor.close();
  }
}
