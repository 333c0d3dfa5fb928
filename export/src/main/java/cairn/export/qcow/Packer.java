package cairn.export.qcow;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;

/// Compresses clusters. Serves one thread at a time.
final class Packer implements AutoCloseable {
  /// The level that costs least.
  private static final int LEVEL = 1;

  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private final byte[] bytes;

  Packer(int clusterBytes) {
    this.bytes = new byte[Math.toIntExact(Zstd.compressBound(clusterBytes))];
    compressor.setLevel(LEVEL).setChecksum(false).setDictID(false);
  }

  /// @return how many of [#bytes()] it takes
  int pack(byte[] cluster, int from, int length) {
    return compressor.compressByteArray(bytes, 0, bytes.length, cluster, from, length);
  }

  /// Valid until the next call of [#pack].
  byte[] bytes() {
    return bytes;
  }

  @Override
  public void close() {
    compressor.close();
  }
}
