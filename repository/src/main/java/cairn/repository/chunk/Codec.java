package cairn.repository.chunk;

import cairn.base.bytes.Slice;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/// Compresses and expands. Holds native contexts, so that one codec serves one thread at a time and
/// is closed at the end.
///
/// A delta's base is given to zstd as raw content, never as a trained dictionary: content that
/// happens to start with the dictionary magic would otherwise be parsed.
public final class Codec implements AutoCloseable {
  private static final byte[] NO_BASE = {};
  private static final int REACH_BYTES = 128 << 10;
  private static final int HASH_LOG_MAX = 20;
  private static final int LEVEL_DECIDES = 0;

  private final int level;
  private @Nullable ZstdCompressCtx compressor;
  private @Nullable ZstdDecompressCtx expander;

  public Codec(int level) {
    this.level = level;
  }

  /// The largest result of [#compress] for `length` bytes.
  public static int boundBytes(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  /// Compresses `source` into `target`.
  ///
  /// @return the length in bytes
  public int compress(Slice source, Slice target) {
    return compressor()
        .compressByteArray(
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
    reachAcross(base.length);
    compressor().loadDict(base, ZstdDictContentType.RAW_CONTENT);
    try {
      return compress(source, target);
    } finally {
      compressor().loadDict(NO_BASE, ZstdDictContentType.RAW_CONTENT);
      reachAcross(0);
    }
  }

  /// Sets window and hash table so that the same place of a base that long is found, which low
  /// levels do not reach beyond 128 KiB; below, what the level says is best.
  private void reachAcross(int baseBytes) {
    int log = Integer.SIZE - Integer.numberOfLeadingZeros(baseBytes);
    boolean far = baseBytes > REACH_BYTES;
    compressor().setWindowLog(far ? log + 1 : LEVEL_DECIDES);
    compressor().setHashLog(far ? Math.min(log, HASH_LOG_MAX) : LEVEL_DECIDES);
  }

  /// Expands `source` into `target`.
  ///
  /// @return whether it gave exactly `target.length()` bytes; when not, what `target` holds is
  ///   undefined
  public boolean expand(Slice source, Slice target) {
    try {
      return expander()
              .decompressByteArray(
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
    expander().loadDict(base, ZstdDictContentType.RAW_CONTENT);
    try {
      return expand(source, target);
    } finally {
      expander().loadDict(NO_BASE, ZstdDictContentType.RAW_CONTENT);
    }
  }

  /// Contexts are made when they are needed: most codecs only ever expand.
  private ZstdCompressCtx compressor() {
    ZstdCompressCtx made = compressor;
    if (made == null) {
      made = new ZstdCompressCtx();
      made.setLevel(level).setContentSize(false).setChecksum(false).setDictID(false);
      compressor = made;
    }
    return made;
  }

  private ZstdDecompressCtx expander() {
    ZstdDecompressCtx made = expander;
    if (made == null) {
      made = new ZstdDecompressCtx();
      expander = made;
    }
    return made;
  }

  @Override
  public void close() {
    if (compressor != null) {
      compressor.close();
    }
    if (expander != null) {
      expander.close();
    }
  }
}
