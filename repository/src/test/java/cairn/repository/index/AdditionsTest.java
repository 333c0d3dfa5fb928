package cairn.repository.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import cairn.storage.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdditionsTest {
  private static final Comparator<Location> ORDER =
      Comparator.comparing(Location::id)
          .thenComparing(Location::pack)
          .thenComparingInt(location -> location.place().offset());

  @TempDir private Path folder;

  @Test
  void howeverOftenItSpillsItAgreesWithAMap(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int runEntries : new int[] {1, 2, 3, 10, 1000}) {
      Map<ChunkId, Location> model = new HashMap<>();
      Set<ChunkId> claimed = new HashSet<>();
      try (Additions additions = new Additions(Segments.INDEX, Samples.REPOSITORY, runEntries)) {
        for (int i = 0; i < 1000; i++) {
          ChunkId id = new ChunkId(chance.nextInt(300), 0, 0, 0);
          boolean known = model.containsKey(id) || claimed.contains(id);
          assertThat(additions.knows(id)).isEqualTo(known);
          assertThat(additions.claim(id)).isEqualTo(!known);
          claimed.add(id);
          if (!model.containsKey(id) && chance.nextBoolean()) {
            Location location = Segments.location(id, chance);
            additions.add(location);
            model.put(id, location);
          }
          assertThat(additions.size()).isEqualTo(model.size());
        }
        assertThat(written(additions)).containsExactlyElementsOf(sorted(model.values()));
      }
    }
  }

  /// As when an index is rebuilt: two sessions stored a chunk, one as a delta. Another delta needs
  /// the plain copy as its base, so no place may be lost.
  @Test
  void allPlacesOfAChunkAreKept(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int runEntries : new int[] {1, 3, 1000}) {
      List<Location> places = new ArrayList<>();
      try (Additions additions = new Additions(Segments.INDEX, Samples.REPOSITORY, runEntries)) {
        for (int i = 0; i < 50; i++) {
          Location place = Segments.location(new ChunkId(chance.nextInt(5), 0, 0, 0), chance);
          additions.add(place);
          places.add(place);
        }
        assertThat(additions.size()).isEqualTo(50);
        assertThat(sorted(written(additions))).isEqualTo(sorted(places));
      }
    }
  }

  @Test
  void nothingAddedIsAnEmptySegment() throws Exception {
    try (Additions additions = new Additions(Segments.INDEX, Samples.REPOSITORY)) {
      assertThat(written(additions)).isEmpty();
    }
  }

  @Test
  void runsHaveNoNameSoThatNothingIsLeftWhateverEndsTheProcess(Seed seed) throws Exception {
    try (Additions additions = new Additions(Segments.INDEX, Samples.REPOSITORY, 2)) {
      for (int i = 0; i < 50; i++) {
        additions.add(Segments.location(new ChunkId(i, 0, 0, 0), seed.random()));
      }
      assertThat(mappedRuns()).isNotEmpty().allMatch(line -> line.endsWith(".index (deleted)"));
      assertThat(additions.knows(new ChunkId(0, 0, 0, 0))).isTrue();
    }
  }

  /// The files of runs that this process maps, without a name or with one.
  private static List<String> mappedRuns() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("/cairn-"))
        .toList();
  }

  @Test
  void claimsAreGivenUpTogetherAndStoredChunksStayKnown(Seed seed) throws Exception {
    ChunkId stored = new ChunkId(1, 0, 0, 0);
    ChunkId claimed = new ChunkId(2, 0, 0, 0);
    try (Additions additions = new Additions(Segments.INDEX, Samples.REPOSITORY)) {
      assertThat(additions.hasClaims()).isFalse();
      additions.claim(stored);
      assertThat(additions.hasClaims()).isTrue();
      additions.add(Segments.location(stored, seed.random()));
      assertThat(additions.hasClaims()).isFalse();
      additions.claim(claimed);
      additions.dropClaims();
      assertThat(additions.hasClaims()).isFalse();
      assertThat(additions.claim(claimed)).isTrue();
      assertThat(additions.claim(stored)).isFalse();
    }
  }

  @Test
  void mergingIsSortingEverything(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    List<Segment> segments = new ArrayList<>();
    List<Location> all = new ArrayList<>();
    for (int count : new int[] {0, 1, 73, 200, 0, 500}) {
      List<Location> entries = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        entries.add(Segments.location(new ChunkId(chance.nextInt(100), 0, 0, i), chance));
      }
      segments.add(Segments.open(Segments.write(folder, entries)));
      all.addAll(entries);
    }
    Path file = Files.createTempFile(folder, "merged", "");
    new SegmentWriter(Segments.INDEX, Samples.REPOSITORY).write(file, Merge.of(segments));
    Segment merged = Segments.open(Files.readAllBytes(file));
    merged.check();
    assertThat(sorted(Segments.all(merged))).isEqualTo(sorted(all));
  }

  @Test
  void aLargeDraftIsAFileForAWhile(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    List<Location> entries = new ArrayList<>();
    while (entries.size() * (long) Page.ENTRY_BYTES <= SegmentDraft.IN_MEMORY_MAX) {
      entries.add(Segments.location(new ChunkId(chance.nextLong(), 0, 0, 0), chance));
    }
    for (int count : new int[] {100, entries.size()}) {
      SegmentWriter.Entries some = Run.sorted(entries.subList(0, count));
      Path file = Files.createTempFile(folder, "whole", "");
      new SegmentWriter(Segments.INDEX, Samples.REPOSITORY).write(file, some);
      Content content;
      try (SegmentDraft draft = new SegmentWriter(Segments.INDEX, Samples.REPOSITORY).draft(some)) {
        content = draft.content();
        assertThat(bytes(content)).isEqualTo(Files.readAllBytes(file));
      }
      if (count == entries.size()) {
        assertThatThrownBy(() -> bytes(content)).isInstanceOf(NoSuchFileException.class);
      }
    }
  }

  private static List<Location> written(Additions additions) throws Exception {
    try (SegmentDraft draft = additions.draft(List.of())) {
      Segment segment = Segments.open(bytes(draft.content()));
      segment.check();
      return Segments.all(segment);
    }
  }

  private static byte[] bytes(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.writeTo(Channels.newChannel(bytes));
    assertThat(bytes.size()).isEqualTo(content.size());
    return bytes.toByteArray();
  }

  private static List<Location> sorted(Iterable<Location> locations) {
    List<Location> sorted = new ArrayList<>();
    locations.forEach(sorted::add);
    sorted.sort(ORDER);
    return sorted;
  }
}
