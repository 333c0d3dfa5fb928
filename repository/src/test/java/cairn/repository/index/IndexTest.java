package cairn.repository.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import cairn.storage.Content;
import cairn.storage.DirectoryStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
  private static final ChunkId ID = new ChunkId(1, 2, 3, 4);

  @TempDir private Path folder;

  @Test
  void allSegmentsAreLookedThrough(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Location one = Segments.location(ID, chance);
    Location other = Segments.location(ID, chance);
    try (Index index = new Index(new MemoryStorage(), Samples.REPOSITORY)) {
      assertThat(find(index)).isEmpty();
      index.add(Segments.open(Segments.write(folder, List.of(one))));
      Segment second = Segments.open(Segments.write(folder, List.of(other)));
      index.add(second);
      assertThat(find(index)).containsExactly(one, other);
      assertThat(index.size()).isEqualTo(2);
      index.remove(second);
      assertThat(find(index)).containsExactly(one);
    }
  }

  private static List<Location> find(Index index) {
    return index.find(ID, damage -> fail(damage.message()));
  }

  @Test
  void behindDamageALookUpGoesOnAndTellsOfIt(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    byte[] damaged = Segments.write(folder, List.of(Segments.location(ID, chance)));
    damaged[4096 + 40] ^= 1;
    Location good = Segments.location(ID, chance);
    try (Index index = new Index(new MemoryStorage(), Samples.REPOSITORY)) {
      index.add(Segments.open(damaged));
      index.add(Segments.open(Segments.write(folder, List.of(good))));
      List<Problem> problems = new ArrayList<>();
      assertThat(index.find(ID, problems::add)).containsExactly(good);
      assertThat(problems).hasSize(1);
      assertThat(problems.getFirst().message()).startsWith("corrupt index ").contains("@page 0");
    }
  }

  @Test
  void aSegmentThatIsMappedReadsAsOneInMemory(Seed seed) throws Exception {
    Location entry = Segments.location(ID, seed.random());
    byte[] bytes = Segments.write(folder, List.of(entry));
    Storage directory = DirectoryStorage.create(folder.resolve("store"), seed.random());
    for (Storage storage : List.of(directory, new MemoryStorage())) {
      storage.publish(Index.name(Segments.INDEX), Content.of(bytes));
      try (Index index = new Index(storage, Samples.REPOSITORY)) {
        index.add(Segments.INDEX);
        assertThat(find(index)).containsExactly(entry);
      }
    }
    directory.close();
  }
}
