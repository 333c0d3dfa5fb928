package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.repository.chunk.Encoding;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackContent;
import org.jspecify.annotations.Nullable;

/// Where a chunk lies, and how it is stored there.
///
/// @param base what a delta was made against; present for `ZSTD_DELTA` only
public record Location(
    ChunkId id,
    ObjectId pack,
    PackContent content,
    BlobEntry.Place place,
    Encoding encoding,
    @Nullable ChunkId base) {
  public static Location of(ObjectId pack, PackContent content, BlobEntry entry) {
    return new Location(entry.id(), pack, content, entry.place(), entry.encoding(), entry.base());
  }

  /// As it is written in messages: `pack:offset`.
  public String text() {
    return pack + ":" + place.offset();
  }
}
