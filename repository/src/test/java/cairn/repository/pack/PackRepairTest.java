package cairn.repository.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.PackRepair.Hopeless;
import cairn.repository.pack.PackRepair.Partial;
import cairn.repository.pack.PackRepair.Repaired;
import cairn.repository.pack.PackRepair.Result;
import cairn.repository.pack.PackRepair.Sound;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityShape;
import cairn.repository.parity.ParityTable;
import cairn.repository.test.Samples;
import cairn.storage.Content;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What comes out of a repair is the pack that was written, or is not called good.
class PackRepairTest {
  private static final int SECTOR = 4096;

  /// The packs that sectors are lost in; `-Dpack.mib=32` makes them as large as those of backups.
  private static final int PACK_BYTES = Integer.getInteger("pack.mib", 2) << 20;

  /// A pack as it was written.
  private static final class Original {
    final ObjectId id;
    final Packs packs;
    final byte[] bytes;
    final PackDirectory directory;

    Original(Packs packs, int blobBytes, int blobCount, RandomGenerator chance) throws Exception {
      this.packs = packs;
      this.id = ObjectId.random(chance);
      ByteWriter out = new ByteWriter(1000);
      PackBuilder builder = new PackBuilder(packs, id, Samples.objectId(3), PackContent.DATA, out);
      for (int i = 0; i < blobCount; i++) {
        byte[] blob = new byte[blobBytes + chance.nextInt(9)];
        chance.nextBytes(blob);
        builder.append(
            new Blob(
                Samples.chunkId(chance),
                blob.length,
                Encoding.RAW,
                null,
                Blob.NO_CLEAR,
                Slice.of(blob)));
      }
      PackBuilder.Finished finished = builder.finish();
      this.bytes = Samples.bytesOf(finished.content());
      this.directory = finished.directory();
    }

    static Original of(int percent, int blobBytes, int blobCount, RandomGenerator chance)
        throws Exception {
      return new Original(packs(Protection.clear(), percent), blobBytes, blobCount, chance);
    }

    Result repair(byte[] damaged) throws IOException {
      return new PackRepair(packs).repair(id, damaged);
    }

    void assertRepaired(byte[] damaged, String how) throws IOException {
      byte[] before = damaged.clone();
      Result result = repair(damaged);
      assertThat(result).as(how).isInstanceOf(Repaired.class);
      assertThat(Arrays.mismatch(((Repaired) result).bytes().bytes(), bytes)).as(how).isEqualTo(-1);
      assertThat(Arrays.equals(damaged, before)).as("the argument is as it was").isTrue();
    }

    /// Asserts that nothing wrong is called good.
    Result assertHonest(byte[] damaged) throws IOException {
      Result result = repair(damaged);
      switch (result) {
        case Sound() -> assertThat(damaged).isEqualTo(bytes);
        case Repaired(Slice repaired, int shards) -> {
          assertThat(Arrays.mismatch(repaired.bytes(), bytes)).isEqualTo(-1);
          assertThat(shards).isNotNegative();
        }
        case Partial partial -> {
          assertThat(partial.directory()).isEqualTo(directory);
          for (BlobEntry entry : directory.entries()) {
            BlobEntry.Place place = entry.place();
            int from = place.offset();
            boolean good =
                Arrays.equals(bytes, from, place.end(), partial.bytes().bytes(), from, place.end());
            assertThat(partial.lost().contains(entry)).isEqualTo(!good);
          }
        }
        case Hopeless hopeless ->
            assertThat(hopeless.problem().message()).startsWith("corrupt pack " + id);
      }
      return result;
    }

    int sectionOffset() {
      return ParityPlace.sectionOffset(directory.blobsEnd());
    }
  }

  private static Packs packs(Protection protection, int percent) {
    return new Packs(new MemoryStorage(), Samples.REPOSITORY, protection, percent);
  }

  @Test
  void everyByteOfASmallPackComesBack(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (Protection protection : Samples.protections()) {
      Original pack = new Original(packs(protection, 2), 500, 4, chance);
      assertThat(pack.repair(pack.bytes)).isInstanceOf(Sound.class);
      for (int at = 0; at < pack.bytes.length; at++) {
        byte[] damaged = pack.bytes.clone();
        damaged[at] ^= (byte) chance.nextInt(1, 256);
        pack.assertRepaired(damaged, "byte " + at);
      }
    }
  }

  @Test
  void everySectorOfPacksOfAllSizesComesBack(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 60; round++) {
      int percent = chance.nextBoolean() ? chance.nextInt(1, 3) : chance.nextInt(1, 51);
      int blobs = chance.nextInt(1, 1 << chance.nextInt(1, 8));
      Original pack = Original.of(percent, chance.nextInt(1, 3000), blobs, chance);
      for (int sector = 0; sector < pack.bytes.length; sector += SECTOR) {
        pack.assertRepaired(
            withoutSector(pack.bytes, sector, chance),
            "sector at " + sector + " of " + pack.bytes.length + ", " + percent + " %");
      }
    }
  }

  @Test
  void aThousandLostSectorsComeBack(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    List<Original> packs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      packs.add(Original.of(2, 80_000, PACK_BYTES / 80_000, chance));
    }
    for (int loss = 0; loss < 1000; loss++) {
      Original pack = packs.get(chance.nextInt(packs.size()));
      int sector = chance.nextInt(Math.ceilDiv(pack.bytes.length, SECTOR)) * SECTOR;
      pack.assertRepaired(withoutSector(pack.bytes, sector, chance), "sector at " + sector);
    }
  }

  /// As media lose sectors: they read as zeros, as something else, as half of what was there, or
  /// with a single flipped bit.
  private static byte[] withoutSector(byte[] good, int from, RandomGenerator chance) {
    byte[] bad = good.clone();
    int to = Math.min(from + SECTOR, good.length);
    switch (chance.nextInt(4)) {
      case 0 -> Arrays.fill(bad, from, to, (byte) 0);
      case 1 -> {
        byte[] other = new byte[to - from];
        chance.nextBytes(other);
        System.arraycopy(other, 0, bad, from, other.length);
      }
      case 2 -> Arrays.fill(bad, from + (to - from) / 2, to, (byte) 0xFF);
      default -> {}
    }
    if (Arrays.equals(bad, good)) {
      bad[chance.nextInt(from, to)] ^= (byte) (1 << chance.nextInt(8));
    }
    return bad;
  }

  @Test
  void aBurstComesBackAsFarAsParityReaches(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Original pack = Original.of(2, 30_000, 100, chance);
    // 3 MB are 733 shards in 3 groups: 15 shards in a row, of which the ends are touched in part.
    int longest = 14 * SECTOR;
    for (int round = 0; round < 200; round++) {
      byte[] damaged = pack.bytes.clone();
      int from = chance.nextInt(pack.directory.blobsEnd() - longest);
      Arrays.fill(damaged, from, from + chance.nextInt(1, longest), (byte) chance.nextInt());
      pack.assertRepaired(damaged, "burst at " + from);
      int all = chance.nextInt(2 * longest) + longest;
      Arrays.fill(damaged, from, Math.min(from + all, damaged.length), (byte) 0);
      pack.assertHonest(damaged);
    }
  }

  @Test
  void whatWasCutOffComesBackAsFarAsParityReaches(Seed seed) throws Exception {
    Original small = Original.of(2, 700, 5, seed.random());
    for (int length = 0; length < small.bytes.length; length++) {
      byte[] cut = Arrays.copyOf(small.bytes, length);
      // A table, directory and footer, and what remains of five shards.
      if (length >= small.bytes.length - SECTOR) {
        small.assertRepaired(cut, "cut to " + length);
      } else {
        small.assertHonest(cut);
      }
    }
    Original large = Original.of(10, 50_000, 40, seed.random());
    for (int length = large.bytes.length - 100_000; length < large.bytes.length; length += 999) {
      large.assertRepaired(Arrays.copyOf(large.bytes, length), "cut to " + length);
    }
  }

  @Test
  void whatWasAddedIsTakenAway(Seed seed) throws Exception {
    Original pack = Original.of(2, 700, 5, seed.random());
    for (int more : new int[] {1, 100, 1024, 100_000}) {
      byte[] longer = Arrays.copyOf(pack.bytes, pack.bytes.length + more);
      pack.assertRepaired(longer, more + " zeros");
      System.arraycopy(pack.bytes, 0, longer, pack.bytes.length, Math.min(more, 3000));
      pack.assertRepaired(longer, "added " + more);
    }
  }

  @Test
  void tooMuchDamageIsNeverCalledRepaired(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    int[] met = new int[4];
    for (int round = 0; round < 3000; round++) {
      Original pack =
          Original.of(chance.nextInt(4), chance.nextInt(1, 2000), chance.nextInt(1, 20), chance);
      byte[] damaged = pack.bytes.clone();
      int count = 1 << chance.nextInt(8);
      for (int i = 0; i < count; i++) {
        int from = chance.nextInt(damaged.length);
        int to = Math.min(damaged.length, from + chance.nextInt(1, 1 << chance.nextInt(1, 12)));
        for (int at = from; at < to; at++) {
          damaged[at] = (byte) chance.nextInt();
        }
      }
      switch (pack.assertHonest(damaged)) {
        case Sound() -> met[0]++;
        case Repaired _ -> met[1]++;
        case Partial _ -> met[2]++;
        case Hopeless _ -> met[3]++;
      }
    }
    assertThat(met[1]).as("repaired").isGreaterThan(100);
    assertThat(met[2]).as("in part").isGreaterThan(100);
    assertThat(met[3]).as("hopeless").isGreaterThan(100);
  }

  @Test
  void oneLossMoreThanParityCostsOnlyTheBlobsThere(Seed seed) throws Exception {
    Original pack = Original.of(2, 1024 - 8, 40, seed.random());
    byte[] damaged = pack.bytes.clone();
    for (int shard = 10; shard < 15; shard++) {
      damaged[shard * 1024 + 500] ^= 1;
    }
    pack.assertRepaired(damaged, "five shards");
    damaged[15 * 1024 + 500] ^= 1;
    Partial partial = (Partial) pack.assertHonest(damaged);
    assertThat(partial.lost()).hasSize(6);
    assertThat(partial.directory()).isEqualTo(pack.directory);
    int footer = damaged.length - 1;
    damaged[footer] ^= 1;
    Hopeless hopeless = (Hopeless) pack.assertHonest(damaged);
    assertThat(hopeless.problem().message()).contains(": crc, have ");
    assertThat(hopeless.obstacle()).isEmpty();
  }

  /// The data says how its parity must be, when it is only the tables that are gone.
  @Test
  void aSectionWithoutTablesIsMadeAnew(Seed seed) throws Exception {
    for (int percent : new int[] {1, 2, 3, 20, 50}) {
      Original pack = Original.of(percent, 5_000, 70, seed.random());
      byte[] damaged = pack.bytes.clone();
      Arrays.fill(damaged, pack.directory.blobsEnd(), pack.directory.offset(), (byte) 7);
      pack.assertRepaired(damaged, percent + " %");
      PackRepair elsewhere = new PackRepair(packs(Protection.clear(), 0));
      assertThat(((Repaired) elsewhere.repair(pack.id, damaged)).bytes().bytes())
          .isEqualTo(pack.bytes);
      damaged[100] ^= 1;
      Partial partial = (Partial) pack.assertHonest(damaged);
      assertThat(partial.lost()).containsExactly(pack.directory.entries().getFirst());
    }
  }

  @Test
  void withoutParityWhatIsGoodIsTold(Seed seed) throws Exception {
    Original pack = Original.of(0, 700, 5, seed.random());
    assertThat(pack.repair(pack.bytes)).isInstanceOf(Sound.class);
    byte[] damaged = pack.bytes.clone();
    damaged[100] ^= 1;
    Partial partial = (Partial) pack.assertHonest(damaged);
    assertThat(partial.lost()).containsExactly(pack.directory.entries().getFirst());
    damaged[damaged.length - 1] ^= 1;
    Hopeless hopeless = (Hopeless) pack.assertHonest(damaged);
    assertThat(hopeless.obstacle().orElseThrow().message())
        .isEqualTo("corrupt parity " + pack.id + ": table, have none expect a parity section");
  }

  /// Parity that agrees with wrong data, as faulty memory might make it: the seal decides.
  @Test
  void parityIsNotBelievedAgainstTheSeal(Seed seed) throws Exception {
    Original pack = Original.of(2, 700, 5, seed.random());
    byte[] wrong = pack.bytes.clone();
    wrong[100] ^= 1;
    ParityTable table = ParityTable.find(pack.id, pack.bytes, Samples.REPOSITORY);
    Parity.write(table.place(), wrong);
    Partial partial = (Partial) pack.assertHonest(wrong);
    assertThat(partial.lost()).containsExactly(pack.directory.entries().getFirst());
    byte[] mixed = pack.bytes.clone();
    int section = pack.sectionOffset();
    System.arraycopy(wrong, section, mixed, section, pack.directory.offset() - section);
    pack.assertHonest(mixed);
  }

  /// A table that is well-formed, but not of this directory: it makes nothing worse.
  @Test
  void aTableOfAnotherLayoutHasNoSay(Seed seed) throws Exception {
    for (int shift : new int[] {-10, 10}) {
      Original pack = Original.of(2, 700, 5, seed.random());
      byte[] wrong = pack.bytes.clone();
      Parity.write(shifted(pack, shift), wrong);
      System.arraycopy(pack.bytes, 0, wrong, 0, pack.directory.blobsEnd());
      pack.assertRepaired(wrong, "the data is good");
      pack.packs.storage().publish(Packs.name(pack.id), Content.of(wrong));
      assertThatThrownBy(() -> StoredParity.open(pack.packs, pack.directory))
          .isInstanceOf(CorruptData.class)
          .hasMessageStartingWith("corrupt parity " + pack.id + ": place, have ");
      Arrays.fill(wrong, 1000, 2000, (byte) 0);
      pack.assertHonest(wrong);
    }
  }

  /// With blobs that end elsewhere.
  private static ParityPlace shifted(Original pack, int shift) throws Exception {
    ParityPlace place = ParityTable.find(pack.id, pack.bytes, Samples.REPOSITORY).place();
    ParityShape shape = place.shape();
    int bytes = shape.protectedBytes() + shift;
    ParityShape other =
        new ParityShape(bytes, shape.shardBytes(), shape.groups(), shape.parityShards());
    int blobsEnd = place.blobsEnd() + shift;
    assertThat(ParityPlace.sectionOffset(blobsEnd)).isEqualTo(place.sectionOffset());
    return new ParityPlace(Samples.REPOSITORY, pack.id, blobsEnd, other);
  }

  @Test
  void thePackOfAnotherNameIsNotRepaired(Seed seed) throws Exception {
    Original pack = Original.of(2, 700, 5, seed.random());
    Result result = new PackRepair(pack.packs).repair(Samples.objectId(9), pack.bytes);
    assertThat(result).isInstanceOf(Hopeless.class);
  }

  @Test
  void thePackOfANewerCairnIsLeftAlone(Seed seed) throws Exception {
    Original pack = Original.of(2, 700, 5, seed.random());
    byte[] newer = pack.bytes.clone();
    newer[10] = 2;
    pack.assertRepaired(newer, "a flipped version is damage");
    reseal(newer, pack.directory.offset(), pack.id);
    assertThatThrownBy(() -> pack.repair(newer)).isInstanceOf(FormatTooNew.class);
  }

  private static void reseal(byte[] pack, int directory, ObjectId id) {
    int seal = pack.length - 36;
    ByteWriter sealed = new ByteWriter(1000).raw(pack, 0, 64);
    sealed.raw(pack, directory, seal - directory);
    sealed.raw(Protection.clear().seal("pack", id.toString(), sealed.buffer(), 0, sealed.size()));
    System.arraycopy(sealed.buffer(), sealed.size() - 32, pack, seal, 32);
    ByteBuffer.wrap(pack).order(ByteOrder.LITTLE_ENDIAN).putInt(seal + 32, sealed.crc(0));
  }

  /// The read-back before publishing: parity that does not fit is never stored.
  @Test
  void parityThatDoesNotFitIsFound(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 300; round++) {
      Original pack = Original.of(2, 700, chance.nextInt(1, 9), chance);
      ParityPlace place = ParityTable.find(pack.id, pack.bytes, Samples.REPOSITORY).place();
      Parity.check(place, pack.bytes);
      byte[] wrong = pack.bytes.clone();
      wrong[chance.nextInt(pack.bytes.length)] ^= (byte) chance.nextInt(1, 256);
      assertThatThrownBy(() -> Parity.check(place, wrong))
          .isInstanceOf(CorruptData.class)
          .hasMessageStartingWith("corrupt parity " + pack.id);
    }
  }
}
