package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which chunks are live: a bit for each entry of each index segment, so that a billion chunks take
/// 125 MB and none of it heap. All entries of a chunk carry the same bit. Not safe for use by
/// several threads.
public final class Marks implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Map<Segment, Bits> marks = new LinkedHashMap<>();

  /// Takes in a segment. What is marked elsewhere is marked in it.
  public void add(Segment segment) throws CorruptData {
    if (marks.containsKey(segment)) {
      return;
    }
    Bits bits = new Bits(segment.size(), arena);
    if (!marks.isEmpty()) {
      Segment.Cursor cursor = segment.cursor();
      for (Location at = cursor.next(); at != null; at = cursor.next()) {
        if (isMarked(at.id())) {
          bits.set(cursor.ordinal());
        }
      }
    }
    marks.put(segment, bits);
  }

  /// The segments that were taken in, in that order.
  public List<Segment> segments() {
    return List.copyOf(marks.keySet());
  }

  public boolean isMarked(ChunkId id) throws CorruptData {
    boolean[] marked = new boolean[1];
    for (Map.Entry<Segment, Bits> each : marks.entrySet()) {
      each.getKey().ordinals(id, ordinal -> marked[0] |= each.getValue().get(ordinal));
    }
    return marked[0];
  }

  /// The mark of one entry.
  public boolean isMarked(Segment segment, long ordinal) {
    Bits bits = marks.get(segment);
    if (bits == null) {
      throw new IllegalArgumentException("a segment without marks: " + segment.id());
    }
    return bits.get(ordinal);
  }

  /// Marks all entries of a chunk.
  ///
  /// @return false when there is none
  public boolean mark(ChunkId id) throws CorruptData {
    boolean[] found = new boolean[1];
    for (Map.Entry<Segment, Bits> each : marks.entrySet()) {
      each.getKey()
          .ordinals(
              id,
              ordinal -> {
                each.getValue().set(ordinal);
                found[0] = true;
              });
    }
    return found[0];
  }

  @Override
  public void close() {
    arena.close();
  }
}
