package cairn.repository.chunk;

import cairn.base.bytes.Slice;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;

/// Compresses and expands. Holds native contexts, so that one codec serves one thread at a time and
/// is closed at the end.
///
/// A delta's base is given to zstd as raw content, never as a trained dictionary: content that
/// happens to start with the dictionary magic would otherwise be parsed.
public final class Codec implements AutoCloseable {
  private static final byte[] NO_BASE = {};

  /// Of a base beyond this size, zstd's fast levels would look at the end only: they index 8 bytes
  /// for each slot of a hash table of 2^14, and forget what is farther back than their window.
  private static final int BASE_BYTES_BY_DEFAULT = 1 << 17;

  private static final int HASH_LOG_MIN = 17;

  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private final ZstdDecompressCtx expander = new ZstdDecompressCtx();

  public Codec(int level) {
    compressor.setLevel(level).setContentSize(false).setChecksum(false).setDictID(false);
  }

  /// The largest result of [#compress] for `length` bytes.
  public static int boundBytes(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  /// Compresses `source` into `target`.
  ///
  /// @return the length in bytes
  public int compress(Slice source, Slice target) {
    return compressor.compressByteArray(
        target.bytes(),
        target.offset(),
        target.length(),
        source.bytes(),
        source.offset(),
        source.length());
  }

  /// Compresses `source` against `base`.
  ///
  /// @return the length in bytes
  public int compressDelta(Slice source, byte[] base, Slice target) {
    if (base.length > BASE_BYTES_BY_DEFAULT) {
      int bits = Integer.SIZE - Integer.numberOfLeadingZeros(base.length + source.length() - 1);
      compressor.setWindowLog(bits).setHashLog(Math.max(HASH_LOG_MIN, bits - 4));
    }
    compressor.loadDict(base, ZstdDictContentType.RAW_CONTENT);
    try {
      return compress(source, target);
    } finally {
      compressor.setWindowLog(0).setHashLog(0); // what the level says
      compressor.loadDict(NO_BASE, ZstdDictContentType.RAW_CONTENT);
    }
  }

  /// Expands `source` into `target`.
  ///
  /// @return whether it gave exactly `target.length()` bytes; when not, what `target` holds is
  ///   undefined
  public boolean expand(Slice source, Slice target) {
    try {
      return expander.decompressByteArray(
              target.bytes(),
              target.offset(),
              target.length(),
              source.bytes(),
              source.offset(),
              source.length())
          == target.length();
    } catch (ZstdException e) {
      return false; // malformed: the caller reports where it lies
    }
  }

  /// Expands a delta against its base; as [#expand].
  public boolean expandDelta(Slice source, byte[] base, Slice target) {
    expander.loadDict(base, ZstdDictContentType.RAW_CONTENT);
    try {
      return expand(source, target);
    } finally {
      expander.loadDict(NO_BASE, ZstdDictContentType.RAW_CONTENT);
    }
  }

  @Override
  public void close() {
    compressor.close();
    expander.close();
  }
}
