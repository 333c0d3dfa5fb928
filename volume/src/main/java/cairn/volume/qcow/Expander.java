package cairn.volume.qcow;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Decompresses clusters. What follows the compressed bytes up to the end of their last sector may
/// be anything. Serves one thread at a time.
final class Expander implements AutoCloseable {
  private final boolean zstd;
  private @Nullable ZstdDecompressCtx frames;

  /// @param compression as the header has it
  Expander(int compression) {
    this.zstd = compression == QcowHeader.ZSTD;
  }

  /// Fills `cluster` from `stored[0, length)`.
  ///
  /// @throws DataFormatException saying what is wrong when that does not give a whole cluster
  void expand(byte[] stored, int length, byte[] cluster) throws DataFormatException {
    if (zstd) {
      expandFrames(stored, length, cluster);
    } else {
      inflate(stored, length, cluster);
    }
  }

  /// Without the header and checksum of zlib.
  private static void inflate(byte[] stored, int length, byte[] cluster)
      throws DataFormatException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(stored, 0, length);
      int done = 0;
      while (done < cluster.length) {
        int more = inflater.inflate(cluster, done, cluster.length - done);
        if (more == 0) {
          throw new DataFormatException("it ends at byte " + done);
        }
        done += more;
      }
    }
  }

  /// As many frames as the cluster takes.
  private void expandFrames(byte[] stored, int length, byte[] cluster) throws DataFormatException {
    if (frames == null) {
      frames = new ZstdDecompressCtx();
    }
    int from = 0;
    int done = 0;
    while (done < cluster.length) {
      if (from == length) {
        throw new DataFormatException("it ends at byte " + done);
      }
      try {
        int frame = (int) Zstd.findFrameCompressedSize(stored, from, length - from);
        int room = cluster.length - done;
        done += frames.decompressByteArray(cluster, done, room, stored, from, frame);
        from += frame;
      } catch (ZstdException e) {
        throw new DataFormatException(e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    if (frames != null) {
      frames.close();
    }
  }
}
