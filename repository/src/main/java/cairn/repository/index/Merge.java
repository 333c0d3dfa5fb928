package cairn.repository.index;

import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Several sorted walks as one.
final class Merge implements SegmentWriter.Source {
  private final PriorityQueue<Head> heads = new PriorityQueue<>();

  private Merge() {}

  static SegmentWriter.Entries of(List<Segment> segments) {
    List<SegmentWriter.Entries> sources = new ArrayList<>();
    for (Segment segment : segments) {
      sources.add(() -> segment.cursor()::next);
    }
    return ofAll(sources);
  }

  static SegmentWriter.Entries ofAll(List<SegmentWriter.Entries> all) {
    return () -> {
      List<SegmentWriter.Source> sources = new ArrayList<>();
      for (SegmentWriter.Entries entries : all) {
        sources.add(entries.open());
      }
      return new Lazy(sources);
    };
  }

  private void add(SegmentWriter.Source source) throws IOException, CorruptData {
    Location first = source.next();
    if (first != null) {
      heads.add(new Head(first, source));
    }
  }

  @Override
  public @Nullable Location next() throws IOException, CorruptData {
    Head head = heads.poll();
    if (head == null) {
      return null;
    }
    add(head.source);
    return head.entry;
  }

  private record Head(Location entry, SegmentWriter.Source source) implements Comparable<Head> {
    @Override
    public int compareTo(Head other) {
      return entry.id().compareTo(other.entry.id());
    }
  }

  /// Reads nothing before the first call, because only `next` may find damage.
  private static final class Lazy implements SegmentWriter.Source {
    private final List<SegmentWriter.Source> sources;
    private @Nullable Merge merge;

    Lazy(List<SegmentWriter.Source> sources) {
      this.sources = sources;
    }

    @Override
    public @Nullable Location next() throws IOException, CorruptData {
      if (merge == null) {
        merge = new Merge();
        for (SegmentWriter.Source source : sources) {
          merge.add(source);
        }
      }
      return merge.next();
    }
  }
}
