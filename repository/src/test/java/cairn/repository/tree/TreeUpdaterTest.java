package cairn.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeUpdaterTest {
  private static final long[] BLOCK_COUNTS = {
    1, 700, 1024, 1025, 1 << 20, (1 << 20) + 1, (1L << 30) + 1, 1L << 40,
  };

  /// Blocks and what they hold now; null is zeros.
  private record Changed(NavigableMap<Long, Optional<ChunkId>> blocks)
      implements TreeUpdater.Changes {
    @Override
    public long next(long block) {
      Long next = blocks.ceilingKey(block);
      return next == null ? Long.MAX_VALUE : next;
    }

    @Override
    public @Nullable ChunkId chunk(long block) {
      return blocks.getOrDefault(block, Optional.empty()).orElse(null);
    }
  }

  @Test
  void anUpdateMakesTheTreeThatIsMadeFromNothing(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long blockCount : BLOCK_COUNTS) {
      MemoryNodes nodes = new MemoryNodes(blockCount);
      SortedMap<Long, ChunkId> model = new TreeMap<>();
      Optional<TreeRoot> root = Optional.empty();
      for (int round = 0; round < 30; round++) {
        Changed changes = changes(model, blockCount, chance);
        VolumeTree before = new VolumeTree(nodes, root.orElse(null), blockCount);
        root = new TreeUpdater(before, nodes, blockCount).run(changes);
        changes.blocks.forEach((block, chunk) ->
            chunk.ifPresentOrElse(id -> model.put(block, id), () -> model.remove(block)));
        assertThat(root).isEqualTo(new MemoryNodes(blockCount).build(model));
      }
    }
  }

  /// New content, zeros, and blocks that are named and have not changed; now and then everything
  /// goes.
  private static Changed changes(
      SortedMap<Long, ChunkId> model, long blockCount, RandomGenerator chance) {
    NavigableMap<Long, Optional<ChunkId>> changes = new TreeMap<>();
    if (chance.nextInt(8) == 0) {
      model.keySet().forEach(block -> changes.put(block, Optional.empty()));
    }
    long place = chance.nextLong(blockCount);
    for (int i = chance.nextInt(40); i > 0; i--) {
      long block = chance.nextBoolean() ? chance.nextLong(blockCount) : place;
      place = Math.min(blockCount - 1, place + 1 + chance.nextInt(700));
      Optional<ChunkId> now = Optional.ofNullable(model.get(block));
      switch (chance.nextInt(3)) {
        case 0 -> changes.put(block, Optional.empty());
        case 1 -> changes.put(block, now);
        default -> changes.put(block, Optional.of(Samples.chunkId(chance)));
      }
    }
    return new Changed(changes);
  }

  @Test
  void onlyWhatSpansAChangeIsReadAndWritten(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    long blockCount = 1L << 30;
    MemoryNodes nodes = new MemoryNodes(blockCount);
    SortedMap<Long, ChunkId> model = new TreeMap<>();
    for (int i = 0; i < 5000; i++) {
      model.put(i * (1L << 17), Samples.chunkId(chance));
    }
    TreeRoot root = nodes.build(model).orElseThrow();
    int stored = nodes.stored.size();
    nodes.loaded.clear();
    NavigableMap<Long, Optional<ChunkId>> one = new TreeMap<>();
    one.put(3L << 17, Optional.of(Samples.chunkId(chance)));
    VolumeTree before = new VolumeTree(nodes, root, blockCount);
    assertThat(new TreeUpdater(before, nodes, blockCount).run(new Changed(one)))
        .isPresent()
        .isNotEqualTo(Optional.of(root));
    assertThat(nodes.loaded).hasSize(3);
    assertThat(nodes.stored).hasSize(stored + 3);
  }

  @Test
  void nothingChangedIsTheSameTree(Seed seed) throws Exception {
    MemoryNodes nodes = new MemoryNodes(5000);
    SortedMap<Long, ChunkId> model = new TreeMap<>(Map.of(7L, Samples.chunkId(seed.random())));
    Optional<TreeRoot> root = nodes.build(model);
    Map<ChunkId, byte[]> stored = new HashMap<>(nodes.stored);
    VolumeTree before = new VolumeTree(nodes, root.orElseThrow(), 5000);
    assertThat(new TreeUpdater(before, nodes, 5000).run(new Changed(new TreeMap<>())))
        .isEqualTo(root);
    assertThat(nodes.stored).isEqualTo(stored);
  }

  @Test
  void aTreeOfAnotherSizeIsRefused() {
    MemoryNodes nodes = new MemoryNodes(5000);
    VolumeTree before = new VolumeTree(nodes, null, 4999);
    assertThatThrownBy(() -> new TreeUpdater(before, nodes, 5000))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
