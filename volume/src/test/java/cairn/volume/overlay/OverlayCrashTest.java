package cairn.volume.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The power is lost at every call that an overlay makes, and what was not synced is lost in part.
class OverlayCrashTest {
  /// Three maps, the last unit not whole.
  private static final long SIZE = 2L * UnitMap.UNITS * OverlayHeader.UNIT_BYTES + 70_000;

  private static final OverlayBase BASE = new OverlayBase("1f3a", "disk", SIZE);
  private static final int SECTOR = CrashingFile.SECTOR_BYTES;
  private static final int STEPS = 14;

  private final Pattern below = new Pattern(SIZE);

  /// What each sector that was ever written may hold.
  private static final class Model {
    private final Map<Long, List<byte[]>> allowed = new HashMap<>();

    void may(long offset, byte[] bytes) {
      for (int at = 0; at < bytes.length; at += SECTOR) {
        long sector = (offset + at) / SECTOR;
        int end = Math.min(bytes.length, at + SECTOR);
        values(sector).add(Arrays.copyOfRange(bytes, at, end));
      }
    }

    void flushed() {
      allowed.replaceAll((sector, values) -> new ArrayList<>(List.of(values.getLast())));
    }

    private List<byte[]> values(long sector) {
      return allowed.computeIfAbsent(
          sector, number -> new ArrayList<>(List.of(original(number * SECTOR))));
    }

    private static byte[] original(long offset) {
      byte[] bytes = new byte[(int) Math.min(SECTOR, SIZE - offset)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = Pattern.at(offset + i);
      }
      return bytes;
    }

    /// What is found is so from now on.
    void check(Overlay overlay) throws IOException {
      for (Map.Entry<Long, List<byte[]>> sector : allowed.entrySet()) {
        long offset = sector.getKey() * SECTOR;
        byte[] have = new byte[(int) Math.min(SECTOR, SIZE - offset)];
        overlay.read(offset, have, 0, have.length);
        assertThat(sector.getValue())
            .as("sector at %d", offset)
            .anyMatch(v -> Arrays.equals(v, have));
        sector.setValue(new ArrayList<>(List.of(have)));
      }
    }
  }

  @Test
  void whatWasFlushedIsThereAndNothingIsGarbage(Seed seed) throws IOException, CorruptData {
    for (int workload = 0; workload < 12; workload++) {
      boolean done = false;
      for (int calls = 5; !done; calls++) {
        done = crashTwice(seed.split(workload * 1000 + calls), seed.split(workload), calls);
      }
    }
  }

  /// @return whether the work ended before the power was lost
  private boolean crashTwice(Seed chance, Seed work, int calls) throws IOException, CorruptData {
    RandomGenerator random = chance.random();
    Model model = new Model();
    CrashingFile file = new CrashingFile().losingPowerAfter(calls);
    boolean done = work(() -> Overlay.create(file, BASE, below), model, work.random());
    CrashingFile left = file.afterCrash(random).losingPowerAfter(random.nextInt(40));
    work(() -> Overlay.open(left, BASE, below), model, random);
    CrashingFile last = left.afterCrash(random);
    model.check(Overlay.openReadOnly(last.losingPowerAfter(0), BASE, below));
    assertThat(last.hasPower()).isTrue();
    last.losingPowerAfter(Long.MAX_VALUE);
    Overlay overlay = Overlay.open(last, BASE, below);
    model.check(overlay);
    overlay.close();
    Overlay again = Overlay.open(last.reopened(), BASE, below);
    model.check(again);
    return done;
  }

  /// Its data came too late for this flush, so nothing may point to it yet.
  @Test
  void whatIsWrittenWhileAFlushRunsIsNotPartOfIt(Seed seed) throws IOException, CorruptData {
    for (int round = 0; round < 50; round++) {
      RandomGenerator random = seed.split(round).random();
      Model model = new Model();
      CrashingFile file = new CrashingFile();
      Overlay overlay = Overlay.create(file, BASE, below);
      byte[] bytes = new byte[4096];
      random.nextBytes(bytes);
      model.may(0, bytes);
      overlay.write(0, bytes, 0, bytes.length);
      file.besideNextSync(() -> {
        random.nextBytes(bytes);
        model.may(8192, bytes);
        overlay.write(8192, bytes, 0, bytes.length);
        // The map is written, and the second sync does not come any more.
        file.losingPowerAfter(1);
      });
      assertThatThrownBy(overlay::flush).hasMessageContaining("the power is lost");
      model.check(Overlay.open(file.afterCrash(random), BASE, below));
    }
  }

  private interface Opening {
    Overlay open() throws IOException, CorruptData;
  }

  private static boolean work(Opening opening, Model model, RandomGenerator random)
      throws CorruptData {
    try {
      Overlay overlay = opening.open();
      model.check(overlay);
      for (int step = 0; step < STEPS; step++) {
        step(overlay, model, random);
      }
      overlay.close();
      model.flushed();
      return true;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("the power is lost");
      return false;
    }
  }

  private static void step(Overlay overlay, Model model, RandomGenerator random)
      throws IOException {
    int length = (1 + random.nextInt(40)) * SECTOR;
    long offset = place(random) / SECTOR * SECTOR;
    length = (int) Math.min(length, SIZE - offset);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        overlay.flush();
        model.flushed();
      }
      case 2 -> {
        model.may(offset, new byte[length]);
        overlay.zero(offset, length);
      }
      case 3 -> {
        long unit = offset / OverlayHeader.UNIT_BYTES * OverlayHeader.UNIT_BYTES;
        byte[] zeros = new byte[(int) Math.min(2 * OverlayHeader.UNIT_BYTES, SIZE - unit)];
        model.may(unit, zeros);
        overlay.trim(unit, zeros.length);
      }
      default -> {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        model.may(offset, bytes);
        overlay.write(offset, bytes, 0, length);
      }
    }
  }

  /// Few places, so that they are written to again and again, some of them between two maps.
  private static long place(RandomGenerator random) {
    long mapBytes = (long) UnitMap.UNITS * OverlayHeader.UNIT_BYTES;
    long near = random.nextInt(40_000);
    return switch (random.nextInt(3)) {
      case 0 -> near;
      case 1 -> mapBytes - 20_000 + near;
      default -> SIZE - 1 - near;
    };
  }
}
