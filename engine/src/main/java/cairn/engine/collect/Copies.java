package cairn.engine.collect;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.index.Location;
import cairn.repository.index.Marks;
import cairn.repository.index.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Goes through index segments side by side, chunk by chunk, each with all its copies.
final class Copies {
  /// Told of each chunk.
  interface Visitor {
    /// @param copies different ones, those of earlier segments first
    void chunk(boolean live, List<Copy> copies) throws IOException, CorruptData;
  }

  /// A place where a chunk lies.
  ///
  /// @param counts whether a segment that counts at present lists it
  record Copy(Location at, boolean counts) {}

  private final Marks marks;
  private final Set<ObjectId> current;
  private final PriorityQueue<Head> heads = new PriorityQueue<>();

  /// @param current the segments that count at present
  Copies(Marks marks, Set<ObjectId> current) {
    this.marks = marks;
    this.current = current;
  }

  private record Head(
      Location entry, boolean live, Segment segment, Segment.Cursor cursor, int order)
      implements Comparable<Head> {
    @Override
    public int compareTo(Head other) {
      int chunks = entry.id().compareTo(other.entry.id());
      return chunks == 0 ? Integer.compare(order, other.order) : chunks;
    }
  }

  void visit(List<Segment> segments, Visitor visitor) throws IOException, CorruptData {
    for (Segment segment : segments) {
      push(segment, segment.cursor(), heads.size());
    }
    List<Copy> copies = new ArrayList<>();
    while (!heads.isEmpty()) {
      Head first = heads.remove();
      boolean live = first.live;
      take(first, copies);
      while (isNext(first.entry.id())) {
        Head next = heads.remove();
        live |= next.live;
        take(next, copies);
      }
      visitor.chunk(live, copies);
      copies.clear();
    }
  }

  private boolean isNext(ChunkId id) {
    @Nullable Head head = heads.peek();
    return head != null && head.entry.id().equals(id);
  }

  private void take(Head head, List<Copy> copies) throws CorruptData {
    boolean counts = current.contains(head.segment.id());
    int known = indexOf(head.entry, copies);
    if (known < 0) {
      copies.add(new Copy(head.entry, counts));
    } else if (counts) {
      copies.set(known, new Copy(head.entry, true));
    }
    push(head.segment, head.cursor, head.order);
  }

  private static int indexOf(Location entry, List<Copy> copies) {
    for (int i = 0; i < copies.size(); i++) {
      if (copies.get(i).at().equals(entry)) {
        return i;
      }
    }
    return -1;
  }

  private void push(Segment segment, Segment.Cursor cursor, int order) throws CorruptData {
    Location entry = cursor.next();
    if (entry != null) {
      boolean live = marks.isMarked(segment, cursor.ordinal());
      heads.add(new Head(entry, live, segment, cursor, order));
    }
  }
}
