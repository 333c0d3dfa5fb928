package cairn.repository.pack;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.Slice;
import cairn.repository.chunk.Encoding;
import org.jspecify.annotations.Nullable;

/// An encoded chunk on its way into a pack. Does not own its bytes.
///
/// @param rawLength of the plaintext, in bytes
/// @param base what a delta was made against; present for `ZSTD_DELTA` only
/// @param clear stored as it is and bound to the rest by authentication: a node's list of children;
///   empty for data
/// @param encoded stored encrypted when the repository is
public record Blob(
    ChunkId id,
    int rawLength,
    Encoding encoding,
    @Nullable ChunkId base,
    Slice clear,
    Slice encoded) {
  public static final Slice NO_CLEAR = Slice.of(new byte[0]);
}
