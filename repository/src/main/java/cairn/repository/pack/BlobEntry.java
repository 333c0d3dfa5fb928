package cairn.repository.pack;

import cairn.base.bytes.ChunkId;
import cairn.repository.chunk.Encoding;
import org.jspecify.annotations.Nullable;

/// One blob of a pack, as its directory lists it. Little-endian.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |    32 | chunk id                                                    |
/// |     32 |     4 | offset from the start of the pack                           |
/// |     36 |     4 | stored length, as it lies in the pack                       |
/// |     40 |     4 | raw length, of the plaintext                                |
/// |     44 |     4 | CRC-32C of the stored bytes                                 |
/// |     48 |     1 | encoding, see [Encoding]                                    |
/// |     49 |    32 | base chunk id, only for `ZSTD_DELTA`                        |
public record BlobEntry(
    ChunkId id, Place place, int crc, Encoding encoding, @Nullable ChunkId base) {
  public static final int BYTES = 49;

  /// Where a blob lies, and its lengths in bytes.
  public record Place(int offset, int storedLength, int rawLength) {
    public int end() {
      return offset + storedLength;
    }
  }

  public int encodedBytes() {
    return base == null ? BYTES : BYTES + ChunkId.BYTES;
  }
}
