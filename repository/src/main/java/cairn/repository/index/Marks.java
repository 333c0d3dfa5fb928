package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which chunks are live: a bit for each entry of each index segment, so that a billion chunks take
/// 125 MB and none of it heap. All entries of a chunk carry the same bit.
///
/// Chunks are many and wait to be marked together, [IdBatch#SIZE_MAX] at a time: one walk through
/// the index costs less than a look-up for each, above all where there are many segments. Not safe
/// for use by several threads.
public final class Marks implements AutoCloseable {
  private final OffHeap memory = new OffHeap();
  private final Map<Segment, Bits> marks = new LinkedHashMap<>();
  private final IdBatch waiting = new IdBatch();
  private Optional<ChunkId> missing = Optional.empty();
  private boolean any;

  /// Takes in a segment. What is marked elsewhere is marked in it.
  public void add(Segment segment) throws CorruptData {
    if (marks.containsKey(segment)) {
      return;
    }
    Bits bits = new Bits(segment.size(), memory);
    if (any) {
      settle();
      copyMarks(segment, bits);
    }
    marks.put(segment, bits);
  }

  private void copyMarks(Segment segment, Bits bits) throws CorruptData {
    IdBatch batch = new IdBatch();
    Segment.Cursor cursor = segment.cursor();
    long[] ordinals = new long[(int) Math.min(IdBatch.SIZE_MAX, segment.size())];
    Location at = cursor.next();
    while (at != null) {
      ordinals[batch.size()] = cursor.ordinal();
      batch.add(at.id());
      at = cursor.next();
      if (at == null || batch.isFull()) {
        markedOf(batch).stream().forEach(place -> bits.set(ordinals[place]));
        batch.clear();
      }
    }
  }

  /// The places of those ids that are marked anywhere.
  private BitSet markedOf(IdBatch batch) throws CorruptData {
    batch.sort();
    BitSet marked = new BitSet(batch.size());
    for (Map.Entry<Segment, Bits> each : marks.entrySet()) {
      Bits bits = each.getValue();
      each.getKey()
          .match(
              batch,
              (place, ordinal) -> {
                if (bits.get(ordinal)) {
                  marked.set(place);
                }
              });
    }
    return marked;
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

  /// Marks all entries of a chunk at once.
  ///
  /// @return false when there is none
  public boolean mark(ChunkId id) throws CorruptData {
    any = true;
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

  /// Marks all entries of a chunk by the next [#settle].
  public void markLater(ChunkId id) throws CorruptData {
    waiting.add(id);
    if (waiting.isFull()) {
      settle();
    }
  }

  /// Marks what waits. Before that, no mark says that a chunk is not live.
  ///
  /// @return a chunk of all that ever waited of which there is no entry
  public Optional<ChunkId> settle() throws CorruptData {
    any |= waiting.size() > 0;
    waiting.sort();
    BitSet found = new BitSet(waiting.size());
    for (Map.Entry<Segment, Bits> each : marks.entrySet()) {
      Bits bits = each.getValue();
      each.getKey()
          .match(
              waiting,
              (place, ordinal) -> {
                bits.set(ordinal);
                found.set(place);
              });
    }
    int lost = found.nextClearBit(0);
    if (lost < waiting.size() && missing.isEmpty()) {
      missing = Optional.of(waiting.id(lost));
    }
    waiting.clear();
    return missing;
  }

  @Override
  public void close() {
    memory.close();
  }
}
