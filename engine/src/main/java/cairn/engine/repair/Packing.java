package cairn.engine.repair;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.Repository;
import cairn.repository.index.Segment;
import cairn.repository.session.CommittedIndex;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// What is known to lie in packs.
final class Packing {
  private Packing() {}

  /// The packs that an index lists.
  static Set<ObjectId> indexed(Repository repository) throws IOException, CorruptData {
    Set<ObjectId> indexed = new HashSet<>();
    try (CommittedIndex index = repository.openIndex()) {
      for (Segment segment : index.index().segments()) {
        indexed.addAll(segment.packs());
      }
    }
    return indexed;
  }

  /// Whether a chunk lies in one of the packs, with what it was made against.
  static boolean isThere(ChunkId chunk, CommittedIndex index, Set<ObjectId> packs) {
    return index.find(chunk).stream()
        .filter(place -> packs.contains(place.pack()))
        .anyMatch(place -> place.base() == null || isPlainThere(place.base(), index, packs));
  }

  private static boolean isPlainThere(ChunkId base, CommittedIndex index, Set<ObjectId> packs) {
    return index.find(base).stream()
        .anyMatch(place -> place.base() == null && packs.contains(place.pack()));
  }
}
