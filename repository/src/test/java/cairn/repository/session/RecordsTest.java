package cairn.repository.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Session records and tombstones.
class RecordsTest {
  private static final ObjectId ID = Samples.objectId(1);
  private static final ObjectId OTHER = Samples.objectId(9);

  private final byte[] session = Samples.session(ID).toBytes(Samples.REPOSITORY);
  private final byte[] tombstone = tombstone(2, 3, 4);

  @Test
  void recordsComeBack() throws Exception {
    assertThat(SessionRecord.read(ID, session, Samples.REPOSITORY)).isEqualTo(Samples.session(ID));
    SessionRecord odd =
        new SessionRecord(ID, Instant.EPOCH, new Owner("", "", -1, "Gr\u00fc\u00dfe \ud83d\ude00"));
    assertThat(SessionRecord.read(ID, odd.toBytes(Samples.REPOSITORY), Samples.REPOSITORY))
        .isEqualTo(odd);
    for (int[] packs : new int[][] {{}, {2}, {2, 3, 4}, {0x7F, 0x80, 0xFF}}) {
      assertThat(Tombstone.read(ID, tombstone(packs), Samples.REPOSITORY).packs())
          .isEqualTo(Arrays.stream(packs).mapToObj(Samples::objectId).toList());
    }
  }

  @Test
  void everyDamageIsFound() {
    new Damage("session", bytes -> SessionRecord.read(ID, bytes, Samples.REPOSITORY))
        .assertAllIsFound(session);
    new Damage("tombstone", bytes -> Tombstone.read(ID, bytes, Samples.REPOSITORY))
        .assertAllIsFound(tombstone);
  }

  @Test
  void aRecordCountsOnlyUnderItsNameInItsRepository() {
    assertThatThrownBy(() -> SessionRecord.read(OTHER, session, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt session " + OTHER + ": session id, have " + ID + " expect " + OTHER);
    assertThatThrownBy(() -> SessionRecord.read(ID, session, OTHER))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": repository, have " + Samples.REPOSITORY);
    assertThatThrownBy(() -> Tombstone.read(OTHER, tombstone, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": tombstone id, have " + ID + " expect " + OTHER);
    assertThatThrownBy(() -> Tombstone.read(ID, tombstone, OTHER))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": repository, have " + Samples.REPOSITORY);
    assertThatThrownBy(() -> Tombstone.read(ID, session, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": kind, have 3 expect 5");
  }

  @Test
  void anotherVersionIsToldFromDamage() {
    assertThatThrownBy(() -> readSession(session, 10, 2)).isInstanceOf(FormatTooNew.class);
    assertThatThrownBy(() -> readSession(session, 10, 0)).isInstanceOf(FormatTooOld.class);
    assertThatThrownBy(() -> readTombstone(tombstone, 10, 2)).isInstanceOf(FormatTooNew.class);
    assertThatThrownBy(() -> readTombstone(tombstone, 10, 0)).isInstanceOf(FormatTooOld.class);
  }

  /// Records whose CRC is right, as a mistaken or hostile writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheCrcIsRight() {
    assertThatThrownBy(() -> readSession(session, 12, 1)).hasMessageContaining(": reserved, have");
    assertThatThrownBy(() -> readSession(session, 66, 0xFF))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": host, have malformed UTF-8 expect UTF-8");
    assertThatThrownBy(() -> readSession(session, 64, 4)).isInstanceOf(CorruptData.class);
    assertThatThrownBy(() -> readSession(session, session.length - 15, 8))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": trailing bytes, have 1 expect 0");
    assertThatThrownBy(() -> readTombstone(tombstone, 68, 2))
        .hasMessageContaining(": trailing bytes, have 16 expect 0");
    assertThatThrownBy(() -> readTombstone(tombstone, 68, 4))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": packs, have 4 expect 0..3");
    assertThatThrownBy(() -> readTombstone(tombstone, 48, 3))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": state, have 3 expect 1 (candidate) or 2 (doomed)");
    assertThatThrownBy(() -> readTombstone(tombstone, 49, 1))
        .hasMessageContaining(": reserved, have 1 expect 0");
    assertThatThrownBy(() -> readTombstone(tombstone, 50, 1))
        .hasMessageContaining(": reserved, have 1 expect 0");
  }

  @Test
  void theSizeOfATombstoneIsNotTrusted() {
    assertThatThrownBy(() -> readTombstone(tombstone, 71, 0x40))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": packs, have ");
  }

  @Test
  void packsOfATombstoneAscendAndAreDistinct() {
    for (int[] packs : new int[][] {{3, 2}, {2, 2}, {2, 4, 3}}) {
      assertThatThrownBy(() -> Tombstone.read(ID, tombstone(packs), Samples.REPOSITORY))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining(" slot=" + (packs.length - 1) + ": order, have ");
    }
  }

  @Test
  void idsOutOfForeignNamesAreDamage(Seed seed) throws Exception {
    ObjectId id = ObjectId.random(seed.random());
    assertThat(ObjectNames.last("a/b/" + id)).isEqualTo(id);
    assertThat(ObjectNames.last(id.toString())).isEqualTo(id);
    List<String> foreign = new ArrayList<>(List.of("packs/notes.txt", "a/", "", id + "0"));
    foreign.add("a/" + id.toString().substring(2));
    foreign.add("a/" + Samples.objectId(0xAB).toString().toUpperCase(java.util.Locale.ROOT));
    for (String name : foreign) {
      assertThatThrownBy(() -> ObjectNames.last(name))
          .as(name)
          .isInstanceOf(CorruptData.class)
          .hasMessageStartingWith("corrupt object " + name + ": name, have ");
    }
  }

  private static byte[] tombstone(int... packs) {
    List<ObjectId> ids = Arrays.stream(packs).mapToObj(Samples::objectId).toList();
    return new Tombstone(ID, Tombstone.State.CANDIDATE, OTHER, ids).toBytes(Samples.REPOSITORY);
  }

  private static Object readSession(byte[] good, int at, int value) throws Exception {
    return SessionRecord.read(ID, changed(good, at, value), Samples.REPOSITORY);
  }

  private static Object readTombstone(byte[] good, int at, int value) throws Exception {
    return Tombstone.read(ID, changed(good, at, value), Samples.REPOSITORY);
  }

  private static byte[] changed(byte[] good, int at, int value) {
    byte[] changed = good.clone();
    changed[at] = (byte) value;
    ByteWriter out = new ByteWriter(good.length).raw(changed, 0, good.length - 4);
    return out.u32(out.crc(0)).toBytes();
  }
}
