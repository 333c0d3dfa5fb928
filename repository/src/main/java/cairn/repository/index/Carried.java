package cairn.repository.index;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The entries of segments that are to be replaced by one, without those of packs that go, and each
/// of them once.
public record Carried(List<Segment> segments, Set<ObjectId> without)
    implements SegmentWriter.Entries {
  public Carried {
    segments = List.copyOf(segments);
    without = Set.copyOf(without);
  }

  @Override
  public SegmentWriter.Source open() throws IOException {
    return new Walk(Merge.of(segments).open(), without);
  }

  private static final class Walk implements SegmentWriter.Source {
    private final SegmentWriter.Source all;
    private final Set<ObjectId> without;
    private final Set<Location> sameChunk = new HashSet<>(); // when there are several
    private @Nullable Location last;

    Walk(SegmentWriter.Source all, Set<ObjectId> without) {
      this.all = all;
      this.without = without;
    }

    @Override
    public @Nullable Location next() throws IOException, CorruptData {
      for (Location entry = all.next(); entry != null; entry = all.next()) {
        if (!without.contains(entry.pack()) && isFirst(entry)) {
          return entry;
        }
      }
      return null;
    }

    private boolean isFirst(Location entry) {
      @Nullable Location before = last;
      last = entry;
      if (before == null || !before.id().equals(entry.id())) {
        sameChunk.clear();
        return true;
      }
      sameChunk.add(before);
      return sameChunk.add(entry);
    }
  }
}
