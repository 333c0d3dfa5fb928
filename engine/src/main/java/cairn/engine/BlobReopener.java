package cairn.engine;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Proves stored blobs by decoding them and computing their ids again, and gives them as they are
/// to be appended to another pack: in the same encoding. Serves one thread at a time.
public final class BlobReopener implements AutoCloseable {
  private final BlobDecoder decoder;
  private final ChunkReader bases;
  private byte[] raw = new byte[0];

  /// @param bases reads what deltas were made against; closed with this
  public BlobReopener(Protection protection, ChunkReader bases) {
    this.decoder = new BlobDecoder(protection);
    this.bases = bases;
  }

  /// @param stored the stored bytes
  /// @return valid until the next call
  /// @throws CorruptData when they are not that chunk, or when what it was made against is damaged
  /// @throws cairn.repository.read.ChunkMissing when what it was made against is in no index
  /// @throws cairn.storage.ObjectMissing when what it was made against was in a pack that is gone
  /// @throws IOException when what it was made against could not be read
  public Blob reopen(Location location, Slice stored) throws IOException, CorruptData {
    ChunkId base = location.base();
    byte @Nullable [] basis = base == null ? null : bases.readBase(base);
    if (raw.length < location.place().rawLength()) {
      raw = new byte[location.place().rawLength()];
    }
    return decoder.reopen(location, stored, basis, Slice.of(raw));
  }

  @Override
  public void close() {
    decoder.close();
    bases.close();
  }
}
