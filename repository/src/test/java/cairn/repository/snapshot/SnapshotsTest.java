package cairn.repository.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import cairn.repository.tree.TreeRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private static final ObjectId ID = Samples.objectId(1);
  private static final String GROUP = "db1/root";
  private static final int DETAILS_OFFSET = 32 + 16 + 16 + 8 + 4 + 32 + 4;

  @Test
  void snapshotsComeBackWithAndWithoutEncryption(Seed seed) throws Exception {
    for (Protection protection : Samples.protections()) {
      Snapshots records = new Snapshots(Samples.REPOSITORY, protection);
      Snapshot plain = snapshot(Optional.empty(), List.of());
      Snapshot full = snapshot(Optional.of(Samples.objectId(5)), List.of("a", "Gr\u00fc\u00dfe\n"));
      for (Snapshot snapshot : List.of(plain, full)) {
        byte[] bytes = records.write(snapshot, seed.random());
        assertThat(records.read(GROUP, ID, bytes)).isEqualTo(snapshot);
      }
    }
  }

  @Test
  void everyDamageIsFound(Seed seed) {
    for (Protection protection : Samples.protections()) {
      Snapshots records = new Snapshots(Samples.REPOSITORY, protection);
      byte[] bytes = records.write(snapshot(Optional.empty(), List.of()), seed.random());
      new Damage("snapshot", bad -> records.read(GROUP, ID, bad)).assertAllIsFound(bytes);
    }
  }

  @Test
  void aRecordCountsOnlyAtItsPlaceInItsRepositoryWithItsKey(Seed seed) {
    ObjectId other = Samples.objectId(9);
    for (Protection protection : Samples.protections()) {
      Snapshots records = new Snapshots(Samples.REPOSITORY, protection);
      byte[] bytes = records.write(snapshot(Optional.empty(), List.of()), seed.random());
      assertThatThrownBy(() -> records.read("db2", ID, bytes))
          .isInstanceOf(CorruptData.class)
          .hasMessage(
              "corrupt snapshot " + ID + ": seal, have another expect that of snapshots/db2/" + ID);
      assertThatThrownBy(() -> records.read(GROUP, other, bytes))
          .isInstanceOf(CorruptData.class)
          .hasMessageStartingWith("corrupt snapshot " + other + ": seal");
      assertThatThrownBy(() -> new Snapshots(other, protection).read(GROUP, ID, bytes))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining(": repository, have " + Samples.REPOSITORY);
      Protection stranger = Protection.encrypted(MasterKey.random(seed.random()));
      assertThatThrownBy(() -> new Snapshots(Samples.REPOSITORY, stranger).read(GROUP, ID, bytes))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining(": seal");
    }
  }

  @Test
  void anotherVersionIsToldFromDamage() {
    byte[] bytes = clear();
    bytes[10] = 2;
    assertThatThrownBy(() -> readResealed(bytes)).isInstanceOf(FormatTooNew.class);
    bytes[10] = 0;
    assertThatThrownBy(() -> readResealed(bytes)).isInstanceOf(FormatTooOld.class);
  }

  /// What a collector without the key goes by must be what the details say.
  @Test
  void theRootsInTheClearAreThoseOfTheDetails() {
    byte[] bytes = clear();
    bytes[32 + 16 + 16 + 8 + 4] ^= 1;
    assertThatThrownBy(() -> readResealed(bytes))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": roots, have [");
  }

  @Test
  void theIdInTheRecordIsThatOfItsName() {
    byte[] bytes = clear();
    bytes[32] ^= 1;
    assertThatThrownBy(() -> readResealed(bytes))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": snapshot id, have ");
  }

  @Test
  void lengthsAreNotTrusted() {
    for (int at : new int[] {72, 75, DETAILS_OFFSET - 4, DETAILS_OFFSET - 1}) {
      for (int value : new int[] {0, 0x7F, 0xFF}) {
        byte[] bytes = clear();
        bytes[at] = (byte) (bytes[at] + value + (value == 0 ? 2 : 0));
        assertThatThrownBy(() -> readResealed(bytes)).isInstanceOf(CorruptData.class);
      }
    }
  }

  /// Details whose seal is right, as a mistaken or hostile writer would make them.
  @Test
  void everyKnownFieldOfTheDetailsIsRequired() throws Exception {
    String good = details();
    readDetails(good);
    readDetails(good.replace("{\"host\"", "{\"colour\":[1,{}],\"host\""));
    for (String field :
        List.of(
            "host",
            "program",
            "tags",
            "verified",
            "started",
            "volumes",
            "counts",
            "name",
            "size",
            "blockBytes",
            "source",
            "id",
            "level",
            "items",
            "blocksTotal",
            "durationMillis")) {
      assertDetailsRefused(good.replace("\"" + field + "\":", "\"_" + field + "\":"));
    }
    for (String field : List.of("tags", "volumes", "counts", "source", "root", "host", "started")) {
      if (!field.equals("host")) {
        assertDetailsRefused(good.replace("\"" + field + "\":", "\"" + field + "\":5,\"_\":"));
      }
      assertDetailsRefused(good.replace("\"" + field + "\":", "\"" + field + "\":[[]],\"_\":"));
      if (!field.equals("source")) {
        assertDetailsRefused(good.replace("\"" + field + "\":", "\"" + field + "\":{},\"_\":"));
      }
      assertDetailsRefused(good.replace("\"" + field + "\":", "\"" + field + "\":null,\"_\":"));
    }
    assertDetailsRefused(good.replace("\"level\":1", "\"level\":\"one\""));
    assertDetailsRefused(good.replace("{\"host\"", "{\"parent\":\"12\",\"host\""));
    assertDetailsRefused(good.substring(0, good.length() - 1));
    assertDetailsRefused("[]");
    assertDetailsRefused("");
    assertDetailsRefused("[".repeat(100_000));
  }

  private static String details() {
    byte[] bytes = clear();
    return new String(
        bytes,
        DETAILS_OFFSET,
        bytes.length - DETAILS_OFFSET - Protection.SEAL_BYTES - 4,
        StandardCharsets.UTF_8);
  }

  private static void assertDetailsRefused(String json) {
    assertThatThrownBy(() -> readDetails(json))
        .as(json.substring(0, Math.min(json.length(), 1000)))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt snapshot " + ID + ": ");
  }

  private static Object readDetails(String json) throws CorruptData, IOException {
    byte[] details = json.getBytes(StandardCharsets.UTF_8);
    ByteWriter out = new ByteWriter(4096).raw(clear(), 0, DETAILS_OFFSET - 4);
    out.u32(details.length).raw(details);
    return readResealed(Arrays.copyOf(out.buffer(), out.size() + Protection.SEAL_BYTES + 4));
  }

  private static Object readResealed(byte[] bytes) throws CorruptData, IOException {
    int sealed = bytes.length - Protection.SEAL_BYTES - 4;
    ByteWriter out = new ByteWriter(bytes.length).raw(bytes, 0, sealed);
    String name = Snapshot.name(GROUP, ID);
    out.raw(Protection.clear().seal("snapshot", name, bytes, 0, sealed));
    out.u32(out.crc(0));
    return new Snapshots(Samples.REPOSITORY, Protection.clear()).read(GROUP, ID, out.toBytes());
  }

  private static byte[] clear() {
    return new Snapshots(Samples.REPOSITORY, Protection.clear())
        .write(snapshot(Optional.empty(), List.of()), new Seed(0).random());
  }

  private static Snapshot snapshot(Optional<ObjectId> parent, List<String> tags) {
    TreeRoot root = new TreeRoot(new ChunkId(1, 2, 3, 4), 1, 99);
    VolumeImage disk =
        new VolumeImage("disk", 1L << 30, 65_536, Optional.of(root), Map.of("kind", "file"));
    VolumeImage empty = new VolumeImage("empty", 0, 65_536, Optional.empty(), Map.of());
    Details details =
        new Details(
            parent,
            "db1",
            "cairn 0.1",
            tags,
            true,
            Samples.TIME,
            List.of(disk, empty),
            new Counts(16_384, 99, 98, 6_488_064, 1_000_000, 1234));
    return new Snapshot(ID, Samples.objectId(2), GROUP, Samples.TIME, details);
  }
}
