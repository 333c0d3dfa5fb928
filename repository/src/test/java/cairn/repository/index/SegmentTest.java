package cairn.repository.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {
  @TempDir private Path folder;

  @Test
  void whateverTheDistributionOfIdsLookUpsAgreeWithAMap(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Map<String, LongFunction<ChunkId>> distributions = new HashMap<>();
    distributions.put("uniform", i -> Samples.chunkId(chance));
    distributions.put("all low", i -> new ChunkId(0, 0, 0, i + 1));
    distributions.put("all high", i -> new ChunkId(-1, -1, -1, chance.nextLong()));
    distributions.put("one prefix", i -> new ChunkId(0x5555, chance.nextInt(4), i, 0));
    distributions.put("two heaps", i -> new ChunkId(i % 2 == 0 ? 0 : -1, chance.nextLong(), 0, 0));
    distributions.put("ever denser", i -> new ChunkId(-1L >>> i % 64, i, 0, 0));
    for (Map.Entry<String, LongFunction<ChunkId>> each : distributions.entrySet()) {
      for (int count : new int[] {0, 1, 72, 73, 74, 146, 147, 10_000}) {
        compareWithMap(each.getKey() + " " + count, each.getValue(), count, chance);
      }
    }
  }

  /// The bases of ten terabytes take more.
  @Test
  void tablesMayBeLargerThanABuffer() throws Exception {
    long size = Integer.MAX_VALUE + 100L;
    CRC32C zeros = new CRC32C();
    byte[] piece = new byte[1 << 20];
    for (long done = 0; done < size; done += piece.length) {
      zeros.update(piece, 0, (int) Math.min(piece.length, size - done));
    }
    try (FileChannel file =
            FileChannel.open(
                folder.resolve("sparse"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      file.write(ByteBuffer.allocate(1), size - 1);
      MemorySegment tables = file.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      assertThat(Segment.crc(tables)).isEqualTo((int) zeros.getValue());
    }
  }

  private void compareWithMap(
      String name, LongFunction<ChunkId> ids, int count, RandomGenerator chance) throws Exception {
    List<Location> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(Segments.location(ids.apply(i), chance));
    }
    SortedMap<ChunkId, List<Location>> model = model(entries);
    Segment segment = Segments.open(Segments.write(folder, entries));
    assertThat(segment.size()).as(name).isEqualTo(count);
    segment.check();
    for (Map.Entry<ChunkId, List<Location>> each : model.entrySet()) {
      assertThat(Segments.find(segment, each.getKey())).as(name).isEqualTo(each.getValue());
      ChunkId id = each.getKey();
      ChunkId after = new ChunkId(id.a(), id.b(), id.c(), id.d() + 1);
      assertThat(Segments.find(segment, after))
          .as(name)
          .isEqualTo(model.getOrDefault(after, List.of()));
    }
    for (ChunkId absent : List.of(id(0), id(-1), Samples.chunkId(chance))) {
      assertThat(Segments.find(segment, absent))
          .as(name)
          .isEqualTo(model.getOrDefault(absent, List.of()));
    }
    assertThat(Segments.all(segment))
        .as(name)
        .isEqualTo(model.values().stream().flatMap(Collection::stream).toList());
  }

  private static SortedMap<ChunkId, List<Location>> model(List<Location> entries) {
    TreeMap<ChunkId, List<Location>> model = new TreeMap<>();
    for (Location entry : entries) {
      model.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
    }
    return model;
  }

  private static ChunkId id(long value) {
    return new ChunkId(value, value, value, value);
  }

  @Test
  void manyPlacesOfOneChunkAreFoundAcrossPages(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int before : new int[] {0, 1, 72, 73, 100}) {
      List<Location> entries = new ArrayList<>();
      for (int i = 0; i < before; i++) {
        entries.add(Segments.location(new ChunkId(1, i, 0, 0), chance));
      }
      List<Location> same = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        same.add(Segments.location(id(2), chance));
      }
      entries.addAll(same);
      entries.add(Segments.location(id(3), chance));
      Segment segment = Segments.open(Segments.write(folder, entries));
      assertThat(Segments.find(segment, id(2))).isEqualTo(same);
      assertThat(Segments.find(segment, id(3))).hasSize(1);
    }
  }

  @Test
  void theSizeFollowsFromTheLayout(Seed seed) throws Exception {
    List<Location> entries = new ArrayList<>();
    for (int i = 0; i < 74; i++) {
      entries.add(Segments.location(Samples.chunkId(seed.random()), seed.random()));
    }
    assertThat(Segments.write(folder, entries)).hasSize(3 * 4096);
    assertThat(Segments.write(folder, List.of())).hasSize(4096);
  }

  /// Head and tables when it is opened; a page when it is looked at.
  @Test
  void everyDamageIsFound(Seed seed) throws Exception {
    byte[] good = Segments.write(folder, some(80, seed.random()));
    Damage damage =
        new Damage(
            "index",
            bytes -> {
              Segment segment = Segments.open(bytes);
              segment.check();
              return segment;
            });
    damage.assertAllIsFound(good);
    new Damage("index", Segments::open).assertFlipsAreFound(good, 0, 4096);
  }

  @Test
  void noLookUpEverReturnsAWrongPlace(Seed seed) throws Exception {
    List<Location> entries = some(80, seed.random());
    SortedMap<ChunkId, List<Location>> model = model(entries);
    byte[] good = Segments.write(folder, entries);
    for (int i = 4096; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << i % 8);
      Segment segment = Segments.open(bad);
      for (ChunkId id : model.keySet()) {
        assertNothingWrong(segment, id, model);
      }
      int slot = (i % 4096) / Page.ENTRY_BYTES;
      if (slot < Page.ENTRIES_MAX) {
        assertNothingWrong(segment, ChunkId.of(bad, i / 4096 * 4096 + slot * 56), model);
      }
    }
  }

  private static void assertNothingWrong(
      Segment segment, ChunkId id, Map<ChunkId, List<Location>> model) {
    List<Location> found = new ArrayList<>();
    Throwable thrown = catchThrowable(() -> segment.find(id, found));
    assertThat(model.getOrDefault(id, List.of())).containsAll(found);
    if (thrown != null) {
      assertThat(thrown)
          .isInstanceOf(CorruptData.class)
          .hasMessageMatching("corrupt index (07)+@page \\d+: crc, have .* expect .*");
    }
  }

  @Test
  void pagesCannotBeSwapped(Seed seed) throws Exception {
    byte[] bytes = Segments.write(folder, some(146, seed.random()));
    byte[] swapped = bytes.clone();
    System.arraycopy(bytes, 4096, swapped, 8192, 4096);
    System.arraycopy(bytes, 8192, swapped, 4096, 4096);
    assertThatThrownBy(() -> Segments.open(swapped).check())
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("@page 0: crc");
  }

  @Test
  void aSegmentCountsOnlyUnderItsNameInItsRepository(Seed seed) throws Exception {
    MemorySegment bytes = MemorySegment.ofArray(Segments.write(folder, some(3, seed.random())));
    ObjectId other = Samples.objectId(9);
    assertThatThrownBy(() -> new Segment(other, Samples.REPOSITORY, bytes))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("corrupt index " + other + ": index id, have " + Segments.INDEX);
    assertThatThrownBy(() -> new Segment(Segments.INDEX, other, bytes))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": repository, have " + Samples.REPOSITORY);
  }

  @Test
  void anotherVersionIsToldFromDamage(Seed seed) throws Exception {
    byte[] bytes = Segments.write(folder, some(3, seed.random()));
    bytes[10] = 2;
    assertThatThrownBy(() -> Segments.open(bytes)).isInstanceOf(CorruptData.class);
    assertThatThrownBy(() -> Segments.open(withHeadCrc(bytes))).isInstanceOf(FormatTooNew.class);
    bytes[10] = 0;
    assertThatThrownBy(() -> Segments.open(withHeadCrc(bytes))).isInstanceOf(FormatTooOld.class);
  }

  /// Fields whose CRC is right, as a mistaken or hostile writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheCrcIsRight(Seed seed) throws Exception {
    Location plain = Segments.location(id(5), seed.random());
    while (plain.base() != null) {
      plain = Segments.location(id(5), seed.split(plain.place().offset()).random());
    }
    byte[] good = Segments.write(folder, List.of(plain));
    assertHead(good, 56, 2, ": crc of tables, have ");
    assertHead(good, 48, 74, ": size, have 8192 expect 12288");
    assertHead(good, 55, 1, ": entries, have ");
    assertHead(good, 59, 0x80, ": packs, have ");
    assertHead(good, 68, 1, ": reserved, have 1 expect 0");
    assertHead(good, 4095, 1, ": padding, have 1 expect 0");
    assertTable(good, 72 + 16, 3, ": content, have 3 expect 1 (data) or 2 (nodes)");
    assertEntry(good, 32, 1, " slot=0: pack, have 1 expect < 1");
    assertEntry(good, 35, 0x80, " slot=0: pack, have -");
    assertEntry(good, 39, 0x40, " slot=0: offset, have ");
    assertEntry(good, 39, 0x80, " slot=0: offset, have -");
    assertEntry(good, 43, 0x80, " slot=0: stored length, have -");
    assertEntry(good, 47, 0x80, " slot=0: raw length, have -");
    assertEntry(good, 48, 0, " slot=0: base, have ");
    assertEntry(good, 52, 3, " slot=0: encoding, have 3 expect 0..2");
    assertEntry(good, 52, 2, " slot=0: base, have -1 expect for deltas");
    assertEntry(good, 4088, 74, ": entries, have 74 expect 1..73");
    assertEntry(good, 4088, 0, ": entries, have 0 expect 1..73");
  }

  @Test
  void aPlaceBeforeTheFirstBlobAndABaseBeyondTheTableAreRefused(Seed seed) throws Exception {
    Location delta = Segments.location(id(5), seed.random());
    for (int i = 0; delta.base() == null; i++) {
      delta = Segments.location(id(5), seed.split(i).random());
    }
    byte[] good = Segments.write(folder, List.of(delta));
    assertEntry(good, 48, 1, " slot=0: base, have 1 expect < 1");
    byte[] early = good.clone();
    Arrays.fill(early, 4096 + 36, 4096 + 40, (byte) 0);
    assertEntry(early, 36, 63, " slot=0: offset, have 63 expect within a pack");
    byte[] empty = good.clone();
    Arrays.fill(empty, 4096 + 40, 4096 + 44, (byte) 0);
    assertEntry(empty, 40, 0, " slot=0: stored length, have 0 expect 1..2^30");
    byte[] hollow = good.clone();
    Arrays.fill(hollow, 4096 + 44, 4096 + 48, (byte) 0);
    assertEntry(hollow, 44, 0, " slot=0: raw length, have 0 expect 1..2^30");
  }

  @Test
  void entriesOutOfOrderAndMissingOnesAreTold() throws Exception {
    byte[] good =
        Segments.write(
            folder,
            List.of(
                Segments.location(id(5), new Seed(1).random()),
                Segments.location(id(6), new Seed(2).random())));
    byte[] swapped = good.clone();
    System.arraycopy(good, 4096, swapped, 4096 + 56, 32);
    System.arraycopy(good, 4096 + 56, swapped, 4096, 32);
    assertThatThrownBy(() -> Segments.open(withPageCrc(swapped)).check())
        .hasMessageContaining(": order, have " + id(5) + " expect ascending");
    byte[] fewer = good.clone();
    fewer[4096 + 4088] = 1;
    assertThatThrownBy(() -> Segments.open(withPageCrc(fewer)).check())
        .hasMessageContaining(": entries, have 1 expect 2");
  }

  private static List<Location> some(int count, RandomGenerator chance) {
    List<Location> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(Segments.location(Samples.chunkId(chance), chance));
    }
    return entries;
  }

  private static void assertHead(byte[] good, int at, int value, String what) {
    byte[] bad = good.clone();
    bad[at] = (byte) value;
    assertTold(withHeadCrc(bad), what);
  }

  private static void assertTable(byte[] good, int at, int value, String what) {
    byte[] bad = good.clone();
    bad[at] = (byte) value;
    int crc = new ByteWriter(24).raw(bad, 72, 24).crc(0);
    System.arraycopy(new ByteWriter(4).u32(crc).toBytes(), 0, bad, 72 + 24, 4);
    assertTold(bad, what);
  }

  private static void assertEntry(byte[] good, int at, int value, String what) {
    byte[] bad = good.clone();
    bad[4096 + at] = (byte) value;
    assertTold(withPageCrc(bad), what);
  }

  private static void assertTold(byte[] bad, String what) {
    assertThatThrownBy(() -> Segments.open(bad).check())
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt index " + Segments.INDEX)
        .hasMessageContaining(what);
  }

  private static byte[] withHeadCrc(byte[] bytes) {
    byte[] fixed = bytes.clone();
    int crc = new ByteWriter(64).raw(bytes, 0, 64).crc(0);
    System.arraycopy(new ByteWriter(4).u32(crc).toBytes(), 0, fixed, 64, 4);
    return fixed;
  }

  private static byte[] withPageCrc(byte[] bytes) {
    byte[] fixed = bytes.clone();
    int crc = new ByteWriter(4200).id(Segments.INDEX).u64(0).raw(bytes, 4096, 4092).crc(0);
    System.arraycopy(new ByteWriter(4).u32(crc).toBytes(), 0, fixed, 8188, 4);
    return fixed;
  }
}
