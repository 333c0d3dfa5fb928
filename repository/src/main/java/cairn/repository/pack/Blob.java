package cairn.repository.pack;

import cairn.base.bytes.ChunkId;
import cairn.repository.chunk.Codec.Span;
import cairn.repository.chunk.Encoding;
import org.jspecify.annotations.Nullable;

/// An encoded chunk on its way into a pack. Does not own its bytes.
///
/// @param rawLength of the plaintext, in bytes
/// @param base what a delta was made against; present for `ZSTD_DELTA` only
/// @param clear stored as it is and bound to the rest by authentication: a node's list of children;
///     empty for data
/// @param encoded stored encrypted when the repository is
public record Blob(
    ChunkId id, int rawLength, Encoding encoding, @Nullable ChunkId base, Span clear, Span encoded) {
  public static final Span NO_CLEAR = new Span(new byte[0], 0, 0);
}
