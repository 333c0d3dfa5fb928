package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.retention.Forget;
import cairn.engine.retention.Pinning;
import cairn.engine.retention.SnapshotPinned;
import cairn.repository.pin.Pin;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Pins against forgetting.
final class ForgetTest {
  private static final int BLOCK = 16 << 10;

  private final MemoryStorage storage = new MemoryStorage();

  @Test
  void whenOneIsPinnedNoneIsForgotten(Seed seed) throws Exception {
    Lab lab = Lab.create(storage, BLOCK, false, seed.random()).alone();
    Snapshot first = lab.backup(new MemoryVolume(new byte[1]));
    Snapshot second = lab.backup(new MemoryVolume(new byte[2]));
    lab.repository.pins().add(pin(second, seed));
    List<Snapshot> both = List.of(first, second);
    assertThatThrownBy(() -> Forget.run(lab.repository, both))
        .isInstanceOf(SnapshotPinned.class)
        .hasMessageContaining(second.id() + " of " + Lab.GROUP + " is pinned");
    assertThat(lab.snapshots()).isEqualTo(both);
    Forget.run(lab.repository, List.of(first));
    assertThat(lab.snapshots()).containsExactly(second);
    lab.repository.pins().remove(second.id());
    Forget.run(lab.repository, List.of(second));
    assertThat(lab.snapshots()).isEmpty();
  }

  @Test
  void aDamagedPinPinsAndIsFoundByACheck(Seed seed) throws Exception {
    Lab lab = Lab.create(storage, BLOCK, false, seed.random()).alone();
    Snapshot snapshot = lab.backup(new MemoryVolume(new byte[1]));
    Pin pin = pin(snapshot, seed);
    lab.repository.pins().add(pin);
    lab.assertClean();
    storage.tamper(pin.name(), new byte[7]);
    assertThat(lab.check().problems())
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .startsWith("corrupt pin " + pin.id() + ": crc, have ");
    assertThatThrownBy(() -> Forget.run(lab.repository, List.of(snapshot)))
        .isInstanceOf(SnapshotPinned.class);
  }

  @Test
  void whoPinsWhatWasForgottenMeanwhileIsTold(Seed seed) throws Exception {
    Lab lab = Lab.create(storage, BLOCK, false, seed.random()).alone();
    Snapshot first = lab.backup(new MemoryVolume(new byte[1]));
    Snapshot second = lab.backup(new MemoryVolume(new byte[2]));
    lab.repository.forget(second);
    assertThatThrownBy(
            () -> Pinning.run(lab.repository, List.of(first, second), "a reason", lab.surroundings))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(second.id() + " of " + Lab.GROUP + " was forgotten");
    assertThat(lab.repository.pins().pinned()).containsExactly(first.id());
  }

  @Test
  void aPinOfASnapshotThatIsGoneIsHarmless(Seed seed) throws Exception {
    Lab lab = Lab.create(storage, BLOCK, false, seed.random()).alone();
    Snapshot snapshot = lab.backup(new MemoryVolume(new byte[1]));
    lab.repository.forget(snapshot);
    lab.repository.pins().add(pin(snapshot, seed));
    lab.assertClean();
    assertThat(lab.snapshots()).isEmpty();
    assertThat(lab.backup(new MemoryVolume(new byte[1])).id()).isNotEqualTo(snapshot.id());
  }

  private static Pin pin(Snapshot snapshot, Seed seed) {
    return new Pin(
        ObjectId.random(seed.split(9).random()), snapshot.id(), Instant.EPOCH, "a reason");
  }
}
