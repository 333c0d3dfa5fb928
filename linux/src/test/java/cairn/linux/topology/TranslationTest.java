package cairn.linux.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import cairn.base.test.Seed;
import cairn.linux.DeviceNumber;
import cairn.linux.DmTables;
import cairn.linux.DmTarget;
import cairn.linux.test.SystemTree;
import cairn.linux.topology.Translation.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TranslationTest {
  private static final long MIB = 1L << 20;
  private static final DeviceNumber SDA = new DeviceNumber(8, 0);
  private static final DeviceNumber SDA1 = new DeviceNumber(8, 1);
  private static final DeviceNumber SDB = new DeviceNumber(9, 0);
  private static final DeviceNumber DM0 = new DeviceNumber(253, 0);
  private static final DeviceNumber DM1 = new DeviceNumber(253, 1);

  @TempDir private Path directory;

  /// An encrypted device on a logical volume of two pieces: one on a partition, one on a disk.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 1 << 10, (1 << 20) + 1, 1 << 30})
  void followsPartitionsAndMappedDevicesDownToTheDisks(long sizeMib) throws IOException {
    long size = sizeMib * MIB;
    machine(size);
    DmTables tables =
        tables(
            Map.of(
                DM0,
                List.of(
                    new DmTarget.Linear(0, size, SDA1, 4096),
                    new DmTarget.Linear(size, size, SDB, 8192)),
                DM1,
                List.of(new DmTarget.Crypt(0, 2 * size - 512, DM0, 512))));
    Translation crypt = of(DM1, tables);
    assertThat(crypt.sizeBytes()).isEqualTo(2 * size - 512);
    assertThat(crypt.segments())
        .containsExactly(
            new Segment(0, size - 512, SDA, MIB + 4096 + 512),
            new Segment(size - 512, size, SDB, 8192));
    assertThat(crypt.toDisks(size - 1024, 1024))
        .containsExactly(
            new Segment(size - 1024, 512, SDA, MIB + 4096 + size - 512),
            new Segment(size - 512, 512, SDB, 8192));
    assertThat(crypt.toDisks(0, 0)).isEmpty();
    assertThat(crypt.fromDisk(SDA, 0, MIB + 4096 + 1024))
        .containsExactly(new Segment(0, 512, SDA, MIB + 4096 + 512));
    assertThat(crypt.fromDisk(SDB, 8191, 2)).containsExactly(new Segment(size - 512, 1, SDB, 8192));
    assertThat(crypt.fromDisk(SDA, 0, MIB)).as("before the partition").isEmpty();
    assertThat(crypt.fromDisk(SDB, 8192 + size, MIB)).as("behind the last piece").isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> crypt.toDisks(2 * size - 512, 1));
  }

  @Test
  void piecesThatFollowEachOtherAreOne() throws IOException {
    machine(8 * MIB);
    List<DmTarget> pieces =
        List.of(
            new DmTarget.Linear(0, MIB, SDB, MIB),
            new DmTarget.Linear(MIB, MIB, SDB, 2 * MIB),
            new DmTarget.Linear(2 * MIB, MIB, SDB, 0));
    assertThat(of(DM0, tables(Map.of(DM0, pieces))).segments())
        .containsExactly(new Segment(0, 2 * MIB, SDB, MIB), new Segment(2 * MIB, MIB, SDB, 0));
  }

  @Test
  void everyByteGoesDownAndComesBack(Seed seed) throws IOException {
    machine(64 * MIB);
    RandomGenerator random = seed.random();
    List<DmTarget> pieces = new ArrayList<>();
    long end = 0;
    for (int slot = 0; slot < 64; slot++) {
      // Each slot of a disk is used once, in any order.
      DeviceNumber disk = slot % 2 == 0 ? SDA1 : SDB;
      long length = 512 * random.nextLong(1, 2048);
      pieces.add(new DmTarget.Linear(end, length, disk, (63 - slot) * MIB));
      end += length;
    }
    Translation translation = of(DM0, tables(Map.of(DM0, pieces)));
    for (int round = 0; round < 1000; round++) {
      long offset = random.nextLong(end);
      long length = random.nextLong(1, Math.min(4 * MIB, end - offset) + 1);
      long covered = offset;
      for (Segment piece : translation.toDisks(offset, length)) {
        assertThat(piece.offset()).isEqualTo(covered);
        assertThat(translation.fromDisk(piece.disk(), piece.diskOffset(), piece.length()))
            .containsExactly(piece);
        covered += piece.length();
      }
      assertThat(covered).isEqualTo(offset + length);
    }
  }

  @Test
  void saysWhatIsInTheWay() throws IOException {
    machine(MIB);
    DmTables thin =
        tables(
            Map.of(
                DM0,
                List.of(new DmTarget.Other(0, MIB, "thin", "253:4 1")),
                DM1,
                List.of(new DmTarget.Linear(0, MIB, DM0, 0))));
    assertThatExceptionOfType(NotTranslatable.class)
        .isThrownBy(() -> of(DM1, thin))
        .withMessage(
            "dm-0 (vg-pool) has a device-mapper target of type thin, which has no fixed place on"
                + " the disks beneath");
    DmTables striped = tables(Map.of(DM0, List.of(new DmTarget.Striped(0, MIB, 65536, List.of()))));
    assertThatExceptionOfType(NotTranslatable.class).isThrownBy(() -> of(DM0, striped));
  }

  @Test
  void refusesATableThatReachesBeyondItsDisk() throws IOException {
    machine(MIB);
    DmTables tables = tables(Map.of(DM0, List.of(new DmTarget.Linear(0, MIB, SDB, 16 * MIB))));
    assertThatIOException()
        .isThrownBy(() -> of(DM0, tables))
        .withMessageContaining("dm-0 reaches beyond what it lies on");
  }

  @Test
  void aDiskIsItself() throws IOException {
    machine(MIB);
    assertThat(of(SDB, tables(Map.of())).segments())
        .containsExactly(new Segment(0, 16 * MIB, SDB, 0));
  }

  /// Disks and a partition with some room more than the size given.
  private void machine(long sizeBytes) throws IOException {
    new SystemTree(directory)
        .device("pci/ata1/block/sda", 8, 0, sizeBytes + 16 * MIB)
        .partition("sda", 1, MIB, sizeBytes + 8 * MIB)
        .device("pci/ata2/block/sdb", 9, 0, sizeBytes + 15 * MIB)
        .device("virtual/block/dm-0", 253, 0, 2 * sizeBytes)
        .attribute("dm-0", "dm/name", "vg-pool")
        .device("virtual/block/dm-1", 253, 1, 2 * sizeBytes - 512)
        .upon("dm-0", "sda1", "sdb")
        .upon("dm-1", "dm-0");
  }

  private static DmTables tables(Map<DeviceNumber, List<DmTarget>> tables) {
    return device -> {
      List<DmTarget> table = tables.get(device);
      if (table == null) {
        throw new IOException("asked for the table of " + device);
      }
      return table;
    };
  }

  private Translation of(DeviceNumber device, DmTables tables) throws IOException {
    StorageStack stack = new StorageStack(directory);
    return Translation.of(stack.find(device).orElseThrow(), stack, tables);
  }
}
