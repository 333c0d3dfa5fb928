package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.Extent;
import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceVolumeTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void readsAnyRangeIntoAnyMemory(int sectorBytes, Seed seed) throws IOException {
    byte[] content = seed.bytes((3 << 20) + sectorBytes);
    Path backing = Files.write(directory.resolve("backing"), content);
    RandomGenerator random = seed.random();
    try (LoopDevice loop = LoopDevice.over(backing, "--sector-size=" + sectorBytes, "--read-only");
        Volume volume = Volumes.open(loop.toString());
        Arena arena = Arena.ofConfined()) {
      assertThat(volume.size()).isEqualTo(content.length);
      assertThat(volume.extents(1, 5000)).containsExactly(new Extent(1, 5000, Extent.State.DATA));
      for (int round = 0; round < 100; round++) {
        int unit = 1 << random.nextInt(13);
        int offset = random.nextInt(content.length + 1) & -unit;
        int length = random.nextInt(content.length - offset + 1) & -unit;
        byte[] expected = Arrays.copyOfRange(content, offset, offset + length);
        byte[] target = new byte[length];
        volume.read(offset, target, 0, length);
        assertThat(target).isEqualTo(expected);
        MemorySegment nativeTarget = arena.allocate(length + 4096L, 4096).asSlice(unit % 3, length);
        volume.read(offset, nativeTarget);
        assertThat(nativeTarget.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
      }
      volume.checkUnchanged();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereTheKernelDoesNotCountNobodyKnowsWhoWrote(boolean counts) throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        Volume volume = Volumes.open(loop.toString())) {
      Path switched = Path.of("/sys/block", "" + loop.path().getFileName(), "queue/iostats");
      Files.writeString(switched, counts ? "1" : "0");
      try {
        assertThat(volume.warnings()).isEmpty();
        volume.expectRest();
        List<String> expected =
            counts
                ? List.of()
                : List.of(
                    "whether somebody wrote to "
                        + loop
                        + " while it was read is not known, as the kernel was told not to count"
                        + " what is written to it: 'echo 1' into iostats below queue in its"
                        + " directory in /sys/block");
        assertThat(volume.warnings()).isEqualTo(expected);
      } finally {
        Files.writeString(switched, "1");
      }
    }
  }

  @Test
  void whoWritesWithoutAClaimIsSeenWhereNobodyShould() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[4 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        RandomAccessFile other = new RandomAccessFile(loop.path().toFile(), "rw");
        Volume volume = Volumes.open(loop.toString())) {
      other.write(1); // is in the cache until somebody reads past it
      assertThat(volume.wasWritten()).isFalse();
      volume.expectRest();
      volume.read(0, new byte[4096], 0, 4096);
      assertThat(volume.wasWritten()).isFalse();
      other.write(1);
      assertThat(volume.wasWritten()).isTrue();
    }
  }

  @Test
  void readsWhatTheDeviceHoldsAndNotWhatIsCachedOfIt() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    byte[] target = new byte[1];
    try (LoopDevice loop = LoopDevice.over(backing);
        RandomAccessFile cached = new RandomAccessFile(loop.path().toFile(), "r");
        RandomAccessFile below = new RandomAccessFile(backing.toFile(), "rw")) {
      assertThat(cached.read()).isZero();
      below.write(42);
      try (Volume volume = Volumes.open(loop.toString())) {
        volume.read(0, target, 0, 1);
      }
    }
    assertThat(target).containsExactly(42);
  }

  @Test
  void aReadErrorNamesThePlaceAndTheReason() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        Volume volume = Volumes.open(loop.toString())) {
      try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
        file.setLength(1 << 19);
      }
      byte[] target = new byte[1000];
      assertThatThrownBy(() -> volume.read(600_000, target, 0, 1000))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot read bytes 600000+1000 of " + loop + ": EIO (input/output error)");
      volume.read(100, target, 0, 1000);
    }
  }

  @Test
  void saysWhenTheSizeHasChanged() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        Volume volume = Volumes.open(loop.toString())) {
      try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
        file.setLength(1 << 21);
      }
      Command.run("losetup", "--set-capacity", loop.toString());
      assertThatThrownBy(volume::checkUnchanged)
          .hasMessageContainingAll(loop.toString(), "1048576", "2097152");
    }
  }

  @Test
  void tellsWhichDeviceItIs() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        Volume volume = Volumes.open(loop.toString())) {
      VolumeIdentity identity = volume.identity();
      assertThat(identity.kind()).isEqualTo(VolumeIdentity.Kind.DEVICE);
      assertThat(identity.location()).isEqualTo(loop.toString());
      assertThat(identity.sizeBytes()).isEqualTo(1 << 20);
      String minor = loop.toString().substring("/dev/loop".length());
      assertThat(identity.device()).contains(new VolumeIdentity.Device("7:" + minor, "", "", ""));
    }
  }
}
