package cairn.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VolumeTreeTest {
  /// Volumes whose trees have 1 to 4 levels, at and beside the limits.
  private static final long[] BLOCK_COUNTS = {
    1, 700, 1024, 1025, 1 << 20, (1 << 20) + 1, 1L << 30, (1L << 30) + 1, 1L << 40,
  };

  @Test
  void whatWasWrittenIsReadBack(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long blockCount : BLOCK_COUNTS) {
      MemoryNodes nodes = new MemoryNodes(blockCount);
      SortedMap<Long, ChunkId> model = blocks(blockCount, 3000, chance);
      TreeRoot root = nodes.build(model).orElseThrow();
      assertThat(root.level()).isEqualTo(Shape.rootLevel(blockCount));
      assertThat(root.items()).isEqualTo(model.size());
      VolumeTree tree = new VolumeTree(nodes, root, blockCount);
      for (int i = 0; i < 200; i++) {
        long first = near(model, blockCount, chance);
        int count = (int) Math.min(blockCount - first, 1 + chance.nextInt(3000));
        assertThat(tree.chunks(first, count)).isEqualTo(expected(model, first, count));
      }
    }
  }

  @Test
  void aLeafIsFoundForEveryBlockOfItsSpanAndNoOther(Seed seed) throws Exception {
    long blockCount = 1L << 30;
    MemoryNodes nodes = new MemoryNodes(blockCount);
    SortedMap<Long, ChunkId> model = new TreeMap<>();
    model.put(5 * 1024L + 7, Samples.chunkId(seed.random()));
    TreeRoot root = nodes.build(model).orElseThrow();
    VolumeTree tree = new VolumeTree(nodes, root, blockCount);
    assertThat(tree.leaf(5 * 1024)).isNotNull();
    assertThat(tree.leaf(6 * 1024 - 1)).isNotNull();
    assertThat(tree.leaf(5 * 1024 - 1)).isNull();
    assertThat(tree.leaf(6 * 1024)).isNull();
    assertThat(tree.leaf(1 << 20)).isNull();
    assertThat(tree.leaf(blockCount - 1)).isNull();
  }

  @Test
  void nodesThatWereJustReadAreKept(Seed seed) throws Exception {
    MemoryNodes nodes = new MemoryNodes(1 << 20);
    TreeRoot root = nodes.build(blocks(1 << 20, 500, seed.random())).orElseThrow();
    VolumeTree tree = new VolumeTree(nodes, root, 1 << 20);
    for (int i = 0; i < 50; i++) {
      tree.chunks(i * 100L, 1);
    }
    assertThat(nodes.loaded).doesNotHaveDuplicates();
  }

  @Test
  void aVolumeOfZerosHasNoTree() throws Exception {
    assertThat(new MemoryNodes(1 << 20).build(new TreeMap<>())).isEmpty();
    VolumeTree tree = new VolumeTree(new MemoryNodes(1 << 20), null, 1 << 20);
    assertThat(tree.chunks(0, 5)).containsOnlyNulls();
    assertThat(tree.leaf(77)).isNull();
  }

  @Test
  void theSameContentByAnyHistoryHasTheSameRoot(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long blockCount : BLOCK_COUNTS) {
      SortedMap<Long, ChunkId> goal = blocks(blockCount, 500, chance);
      Optional<TreeRoot> direct = new MemoryNodes(blockCount).build(goal);
      for (int history = 0; history < 3; history++) {
        SortedMap<Long, ChunkId> blocks = blocks(blockCount, 300, chance);
        MemoryNodes nodes = new MemoryNodes(blockCount);
        nodes.build(blocks);
        List<Long> order = new ArrayList<>(new TreeSet<>(goal.keySet()));
        Collections.shuffle(order, Random.from(chance));
        blocks.keySet().retainAll(goal.keySet());
        for (long block : order) {
          blocks.put(block, Objects.requireNonNull(goal.get(block)));
        }
        assertThat(nodes.build(blocks)).isEqualTo(direct);
      }
    }
  }

  @Test
  void anIncrementWritesOnlyTheChangedLeavesAndTheirPaths(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long blockCount : BLOCK_COUNTS) {
      MemoryNodes nodes = new MemoryNodes(blockCount);
      SortedMap<Long, ChunkId> blocks = blocks(blockCount, 2000, chance);
      nodes.build(blocks);
      int before = nodes.stored.size();
      blocks.put(blocks.firstKey(), Samples.chunkId(chance));
      TreeRoot root = nodes.build(blocks).orElseThrow();
      assertThat(nodes.stored.size() - before).isEqualTo(root.level() + 1);
    }
  }

  @Test
  void aComparisonTellsWhatDiffersAndLoadsOnlyThat(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long blockCount : BLOCK_COUNTS) {
      for (int changes : new int[] {0, 1, 20, 1000}) {
        SortedMap<Long, ChunkId> before = blocks(blockCount, 2000, chance);
        SortedMap<Long, ChunkId> after = changed(before, blockCount, changes, chance);
        compare(before, blockCount, after, blockCount);
        compare(after, blockCount, before, blockCount);
        compare(before, blockCount, new TreeMap<>(), blockCount);
      }
    }
  }

  @Test
  void volumesThatGrewOrShrankCompareToo(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (long small : BLOCK_COUNTS) {
      for (long large : BLOCK_COUNTS) {
        if (large > small) {
          SortedMap<Long, ChunkId> before = blocks(small, 300, chance);
          SortedMap<Long, ChunkId> after = changed(before, large, 30, chance);
          compare(before, small, after, large);
          compare(after, large, before, small);
        }
      }
    }
  }

  private static void compare(
      SortedMap<Long, ChunkId> before,
      long blocksBefore,
      SortedMap<Long, ChunkId> after,
      long blocksAfter)
      throws IOException, CorruptData {
    MemoryNodes left = new MemoryNodes(blocksBefore);
    MemoryNodes right = new MemoryNodes(blocksAfter);
    TreeRoot leftRoot = left.build(before).orElse(null);
    TreeRoot rightRoot = right.build(after).orElse(null);
    List<String> told = new ArrayList<>();
    TreeDiff.compare(
        new VolumeTree(left, leftRoot, blocksBefore),
        new VolumeTree(right, rightRoot, blocksAfter),
        (block, one, other) -> told.add(block + " " + one + " " + other));
    assertThat(told).isEqualTo(differences(before, after));
    Set<ChunkId> common = reach(left, leftRoot, blocksBefore);
    List<ChunkId> loaded = new ArrayList<>(left.loaded);
    loaded.addAll(right.loaded);
    common.retainAll(reach(right, rightRoot, blocksAfter));
    assertThat(loaded).doesNotContainAnyElementsOf(common.isEmpty() ? List.of(NONE) : common);
    assertThat(loaded).doesNotHaveDuplicates();
  }

  private static final ChunkId NONE = new ChunkId(0, 0, 0, 0);

  private static Set<ChunkId> reach(MemoryNodes nodes, @Nullable TreeRoot root, long blockCount)
      throws IOException, CorruptData {
    Set<ChunkId> ids = new HashSet<>();
    if (root != null) {
      MemoryNodes apart = new MemoryNodes(blockCount);
      apart.stored.putAll(nodes.stored);
      apart.reach(Promise.of(root, blockCount), ids);
    }
    return ids;
  }

  private static List<String> differences(
      SortedMap<Long, ChunkId> before, SortedMap<Long, ChunkId> after) {
    List<String> differences = new ArrayList<>();
    Set<Long> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (Long block : all) {
      if (!Objects.equals(before.get(block), after.get(block))) {
        differences.add(block + " " + before.get(block) + " " + after.get(block));
      }
    }
    return differences;
  }

  /// A parent names a leaf twice, the second time for another place: what was checked for the one
  /// is not good for the other.
  @Test
  void aNodeIsCheckedForEachParentThatNamesIt(Seed seed) throws Exception {
    MemoryNodes nodes = new MemoryNodes(2048);
    ChunkId leaf = nodes.put(new Node(0, List.of(Item.block(0, Samples.chunkId(seed.random())))));
    ChunkId top =
        nodes.put(
            new Node(
                1, List.of(new Item(Key.block(0), leaf, 1), new Item(Key.block(1024), leaf, 1))));
    VolumeTree tree = new VolumeTree(nodes, new TreeRoot(top, 1, 2), 2048);
    assertThat(tree.leaf(0)).isNotNull();
    assertThatThrownBy(() -> tree.leaf(1024))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("first key, have (1 1 0) expect (1 1 1024)");
  }

  @Test
  void damageAndAbsenceAreNeverReadAsZeros(Seed seed) throws Exception {
    MemoryNodes nodes = new MemoryNodes(5000);
    SortedMap<Long, ChunkId> blocks = blocks(5000, 100, seed.random());
    TreeRoot root = nodes.build(blocks).orElseThrow();
    TreeRoot more = new TreeRoot(root.id(), root.level(), root.items() + 1);
    assertThatThrownBy(() -> new VolumeTree(nodes, more, 5000).chunks(0, 5000))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("items beneath");
    nodes.stored.keySet().removeIf(id -> !id.equals(root.id()));
    assertThatThrownBy(() -> new VolumeTree(nodes, root, 5000).chunks(0, 5000))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theShapeFollowsFromTheNumberOfBlocks() {
    assertThat(Shape.rootLevel(0)).isZero();
    assertThat(Shape.rootLevel(1024)).isZero();
    assertThat(Shape.rootLevel(1025)).isEqualTo(1);
    assertThat(Shape.rootLevel(1L << 40)).isEqualTo(3);
    assertThat(Shape.rootLevel((1L << 40) + 1)).isEqualTo(4);
    assertThat(Shape.rootLevel(1L << 60)).isEqualTo(Shape.LEVEL_MAX);
    assertThat(Shape.span(Shape.LEVEL_MAX)).isEqualTo(1L << 60);
  }

  /// In heaps, so that there are full leaves, sparse ones and none.
  private static SortedMap<Long, ChunkId> blocks(
      long blockCount, int count, RandomGenerator chance) {
    SortedMap<Long, ChunkId> blocks = new TreeMap<>();
    blocks.put(blockCount - 1, Samples.chunkId(chance));
    for (int i = 0; i < count; i++) {
      blocks.put(near(blocks, blockCount, chance), Samples.chunkId(chance));
    }
    return blocks;
  }

  private static long near(
      SortedMap<Long, ChunkId> blocks, long blockCount, RandomGenerator chance) {
    if (chance.nextInt(10) == 0) {
      return chance.nextLong(blockCount);
    }
    SortedMap<Long, ChunkId> tail = blocks.tailMap(chance.nextLong(blockCount));
    long start = tail.isEmpty() ? blocks.firstKey() : tail.firstKey();
    return Math.min(blockCount - 1, start + chance.nextInt(3));
  }

  private static SortedMap<Long, ChunkId> changed(
      SortedMap<Long, ChunkId> blocks, long blockCount, int changes, RandomGenerator chance) {
    SortedMap<Long, ChunkId> changed = new TreeMap<>(blocks);
    for (int i = 0; i < changes; i++) {
      long block = near(changed, blockCount, chance);
      if (chance.nextInt(3) == 0 && changed.size() > 1) {
        changed.remove(block);
      } else {
        changed.put(block, Samples.chunkId(chance));
      }
    }
    return changed;
  }

  private static @Nullable ChunkId[] expected(
      SortedMap<Long, ChunkId> model, long first, int count) {
    @Nullable ChunkId[] chunks = new ChunkId[count];
    model
        .subMap(first, first + count)
        .forEach((block, chunk) -> chunks[(int) (block - first)] = chunk);
    return chunks;
  }
}
