package cairn.repository.pin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import cairn.storage.MemoryStorage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PinsTest {
  private static final ObjectId ID = Samples.objectId(1);
  private static final ObjectId SNAPSHOT = Samples.objectId(2);
  private static final ObjectId OTHER = Samples.objectId(9);
  private static final Pin PIN = new Pin(ID, SNAPSHOT, Samples.TIME, "Gr\u00fc\u00dfe");

  private final MemoryStorage storage = new MemoryStorage();
  private final Pins pins = new Pins(storage, Samples.REPOSITORY);
  private final byte[] record = PIN.toBytes(Samples.REPOSITORY);

  @Test
  void recordsComeBack() throws Exception {
    for (Pin pin :
        List.of(
            PIN,
            new Pin(ID, SNAPSHOT, Instant.EPOCH, ""),
            new Pin(ID, SNAPSHOT, Samples.TIME.plusNanos(1_999_999), "x".repeat(1000)))) {
      assertThat(Pin.read(SNAPSHOT, ID, pin.toBytes(Samples.REPOSITORY), Samples.REPOSITORY))
          .isEqualTo(pin);
    }
  }

  @Test
  void everyDamageIsFound() {
    new Damage("pin", bytes -> Pin.read(SNAPSHOT, ID, bytes, Samples.REPOSITORY))
        .assertAllIsFound(record);
  }

  @Test
  void aRecordCountsOnlyUnderItsNameInItsRepository() {
    assertThatThrownBy(() -> Pin.read(SNAPSHOT, OTHER, record, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt pin " + OTHER + ": pin id, have " + ID + " expect " + OTHER);
    assertThatThrownBy(() -> Pin.read(OTHER, ID, record, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt pin " + ID + ": snapshot id, have " + SNAPSHOT + " expect " + OTHER);
    assertThatThrownBy(() -> Pin.read(SNAPSHOT, ID, record, OTHER))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": repository, have " + Samples.REPOSITORY);
  }

  /// Records whose CRC is right, as a mistaken or newer writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheCrcIsRight() {
    assertThatThrownBy(() -> readChanged(10, 2)).isInstanceOf(FormatTooNew.class);
    assertThatThrownBy(() -> readChanged(10, 0)).isInstanceOf(FormatTooOld.class);
    assertThatThrownBy(() -> readChanged(8, 3)).hasMessageContaining(": kind, have 3 expect 7");
    assertThatThrownBy(() -> readChanged(76, 0xFF))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": reason, have malformed UTF-8 expect UTF-8");
    assertThatThrownBy(() -> readChanged(72, 6))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(": trailing bytes, have 1 expect 0");
  }

  private Object readChanged(int at, int value) throws Exception {
    byte[] changed = record.clone();
    changed[at] = (byte) value;
    ByteWriter out = new ByteWriter(changed.length).raw(changed, 0, changed.length - 4);
    byte[] bytes = out.u32(out.crc(0)).toBytes();
    return Pin.read(SNAPSHOT, ID, bytes, Samples.REPOSITORY);
  }

  @Test
  void aSnapshotIsPinnedUntilAllItsPinsAreRemoved() throws Exception {
    Pin second = new Pin(OTHER, SNAPSHOT, Samples.TIME, "second");
    Pin foreign = new Pin(OTHER, OTHER, Samples.TIME, "another's");
    assertThat(pins.pinned()).isEmpty();
    pins.add(PIN);
    pins.add(second);
    pins.add(foreign);
    assertThat(pins.pinned()).containsExactly(SNAPSHOT, OTHER);
    assertThat(pins.read().problems()).isEmpty();
    assertThat(pins.read().of(SNAPSHOT)).containsExactly(PIN, second);
    assertThat(pins.remove(SNAPSHOT)).isTrue();
    assertThat(pins.remove(SNAPSHOT)).isFalse();
    assertThat(pins.pinned()).containsExactly(OTHER);
    assertThat(pins.read().isPinned(SNAPSHOT)).isFalse();
    assertThat(pins.read().of(OTHER)).containsExactly(foreign);
  }

  @Test
  void aDamagedPinPinsAndIsToldOf() throws Exception {
    pins.add(PIN);
    storage.tamper(PIN.name(), new byte[3]);
    storage.tamper("pins/" + OTHER + "/notes.txt", new byte[3]);
    assertThat(pins.pinned()).containsExactly(SNAPSHOT, OTHER);
    Pins.Listing listing = pins.read();
    assertThat(listing.isPinned(SNAPSHOT)).isTrue();
    assertThat(listing.isPinned(OTHER)).isTrue();
    assertThat(listing.of(SNAPSHOT)).isEmpty();
    assertThat(listing.problems())
        .extracting(Problem::message)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("corrupt pin " + ID + ": size, have 3"),
            second -> assertThat(second).startsWith("corrupt object pins/" + OTHER + "/notes.txt"));
    assertThat(pins.remove(SNAPSHOT)).isTrue();
    assertThat(pins.remove(OTHER)).isTrue();
    assertThat(pins.read()).isEqualTo(new Pins.Listing(java.util.Map.of(), List.of()));
  }

  @Test
  void whatPinsNothingIsToldOf() throws Exception {
    storage.tamper("pins/" + ID, record);
    storage.tamper("pins/notes/" + ID, record);
    storage.tamper(
        "pins/" + Samples.objectId(0xAB).toString().toUpperCase(Locale.ROOT) + "/a", record);
    assertThat(pins.pinned()).isEmpty();
    assertThat(pins.read().pins()).isEmpty();
    assertThat(pins.read().problems())
        .hasSize(3)
        .allMatch(problem -> problem.message().startsWith("corrupt object pins/"));
  }
}
