package cairn.repository.index;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ChunkId;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarksTest {
  @TempDir private Path folder;

  /// Few ids are looked up, many are matched page by page; segments share chunks, and some come
  /// when others are marked already.
  @Test
  void everyEntryOfAMarkedChunkIsMarkedAndNoOther(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 20; round++) {
      List<ChunkId> ids = new ArrayList<>();
      boolean alike = chance.nextBoolean();
      for (int i = chance.nextInt(1, 3000); i > 0; i--) {
        ids.add(alike ? new ChunkId(7, 7, chance.nextInt(900), i) : Samples.chunkId(chance));
      }
      check(ids, chance);
    }
  }

  private void check(List<ChunkId> ids, RandomGenerator chance) throws Exception {
    Set<ChunkId> known = new HashSet<>();
    Set<ChunkId> marked = new HashSet<>();
    List<Segment> segments = new ArrayList<>();
    try (Marks marks = new Marks()) {
      for (int step = 0; step < 6; step++) {
        Segment segment = segment(ids, chance);
        for (Location entry : Segments.all(segment)) {
          known.add(entry.id());
        }
        marks.add(segment);
        segments.add(segment);
        List<ChunkId> chosen = new ArrayList<>(known);
        int share = 1 << chance.nextInt(10);
        chosen.removeIf(id -> chance.nextInt(share) > 0);
        for (ChunkId id : chosen) {
          if (chance.nextInt(10) == 0) {
            assertThat(marks.mark(id)).isTrue();
          } else {
            marks.markLater(id);
          }
        }
        marked.addAll(chosen);
        if (chance.nextBoolean()) {
          assertThat(marks.settle()).isEmpty();
          assertMarked(marks, segments, marked);
        }
      }
      assertThat(marks.settle()).isEmpty();
      assertMarked(marks, segments, marked);
    }
  }

  private Segment segment(List<ChunkId> ids, RandomGenerator chance) throws Exception {
    List<Location> entries = new ArrayList<>();
    for (ChunkId id : ids) {
      for (int copies = chance.nextInt(4); copies > 1; copies--) {
        entries.add(Segments.location(id, chance));
      }
    }
    return Segments.open(Segments.write(folder, entries));
  }

  private static void assertMarked(Marks marks, List<Segment> segments, Set<ChunkId> marked)
      throws Exception {
    for (Segment segment : segments) {
      Segment.Cursor cursor = segment.cursor();
      for (Location at = cursor.next(); at != null; at = cursor.next()) {
        assertThat(marks.isMarked(segment, cursor.ordinal())).isEqualTo(marked.contains(at.id()));
        assertThat(marks.isMarked(at.id())).isEqualTo(marked.contains(at.id()));
      }
    }
  }

  @Test
  void aChunkThatIsNowhereIsToldToTheEnd(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    List<Location> entries = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      entries.add(Segments.location(Samples.chunkId(chance), chance));
    }
    ChunkId nowhere = Samples.chunkId(chance);
    for (int others : new int[] {0, 500}) {
      try (Marks marks = new Marks()) {
        marks.add(Segments.open(Segments.write(folder, entries)));
        for (Location entry : entries.subList(0, others)) {
          marks.markLater(entry.id());
        }
        marks.markLater(nowhere);
        assertThat(marks.settle()).isEqualTo(Optional.of(nowhere));
        marks.markLater(entries.getFirst().id());
        assertThat(marks.settle()).isEqualTo(Optional.of(nowhere));
      }
    }
  }
}
