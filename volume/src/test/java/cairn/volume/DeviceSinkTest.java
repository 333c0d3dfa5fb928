package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockSink;
import cairn.base.test.Seed;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import cairn.linux.NativeFile.Option;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceSinkTest {
  private static final int DEVICE_BYTES = 4 << 20;
  private static final SinkOptions FORCE = new SinkOptions(true, true);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "512, 0, true",
    "512, 1, true",
    "512, 513, false",
    "512, 3145745, true",
    "512, 3145745, false",
    "4096, 1, false",
    "4096, 4194304, true",
    "4096, 3145745, true",
    "4096, 3145745, false"
  })
  void holdsTheImageAndLeavesTheRestAlone(int sectorBytes, int size, boolean sparse, Seed seed)
      throws Exception {
    byte[] before = seed.split(1).bytes(DEVICE_BYTES);
    Path backing = Files.write(directory.resolve("backing"), before);
    byte[] image = new byte[size];
    try (LoopDevice loop = LoopDevice.over(backing, "--sector-size=" + sectorBytes)) {
      SinkOptions options = new SinkOptions(false, sparse);
      try (BlockSink sink = Sinks.open(loop.toString(), size, options)) {
        assertThat(sink.size()).isEqualTo(size);
        Scatter.write(sink, image, seed);
        sink.finish();
        byte[] back = new byte[size];
        sink.readBack(0, back, 0, size);
        assertThat(back).isEqualTo(image);
      }
    }
    byte[] after = Files.readAllBytes(backing);
    assertThat(Arrays.copyOf(after, size)).isEqualTo(image);
    assertThat(Arrays.copyOfRange(after, size, DEVICE_BYTES))
        .isEqualTo(Arrays.copyOfRange(before, size, DEVICE_BYTES));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void writesZerosWhereTheDeviceKnowsNoCheaperWay(int unknownWays, Seed seed) throws Exception {
    Path backing = Files.write(directory.resolve("backing"), seed.bytes(DEVICE_BYTES));
    byte[] image = new byte[DEVICE_BYTES];
    try (LoopDevice loop = LoopDevice.over(backing)) {
      FaultyFile device = new FaultyFile(exclusive(loop));
      device.failing(FaultyFile.Call.PUNCH_HOLE, Errno.EOPNOTSUPP);
      if (unknownWays == 2) {
        device.failing(FaultyFile.Call.ZERO_SECTORS, Errno.EOPNOTSUPP);
      }
      try (DeviceSink sink = new DeviceSink(device, DEVICE_BYTES, 512, true)) {
        Scatter.write(sink, image, seed);
        sink.finish();
      }
    }
    assertThat(Files.readAllBytes(backing)).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultyFile.Call.class,
      names = {"WRITE", "PUNCH_HOLE", "SYNC"})
  void anyFailureSurfacesAndIsFinal(FaultyFile.Call call) throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[DEVICE_BYTES]);
    try (LoopDevice loop = LoopDevice.over(backing)) {
      FaultyFile device = new FaultyFile(exclusive(loop)).failing(call, Errno.EIO);
      try (DeviceSink sink = new DeviceSink(device, DEVICE_BYTES, 512, true)) {
        assertThatThrownBy(
                () -> {
                  sink.write(1024, new byte[512], 0, 512);
                  sink.zero(4096, 512);
                  sink.finish();
                })
            .isInstanceOf(IOException.class)
            .hasMessageContainingAll(
                switch (call) {
                  case WRITE -> "write bytes 1024+512";
                  case PUNCH_HOLE -> "zero bytes 4096+512";
                  default -> "store bytes 0+4194304";
                },
                loop.toString(),
                "EIO (input/output error)");
        device.healed();
        assertThatThrownBy(() -> sink.write(0, new byte[1], 0, 1)).hasMessageContaining("earlier");
        assertThatThrownBy(() -> sink.zero(0, 512)).hasMessageContaining("earlier");
        assertThatThrownBy(sink::finish).hasMessageContaining("earlier");
        assertThatThrownBy(() -> sink.readBack(0, new byte[1], 0, 1))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void aCloseThatFailsIsTold() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[DEVICE_BYTES]);
    try (LoopDevice loop = LoopDevice.over(backing)) {
      FaultyFile device = new FaultyFile(exclusive(loop)).failing(FaultyFile.Call.CLOSE, Errno.EIO);
      DeviceSink sink = new DeviceSink(device, DEVICE_BYTES, 512, true);
      sink.finish();
      assertThatThrownBy(sink::close)
          .hasMessageContainingAll("store bytes 0+4194304", loop.toString(), "EIO");
      device.healed().close();
    }
  }

  @Test
  void severalThreadsMayWriteOneSector(Seed seed) throws Exception {
    Path backing = Files.write(directory.resolve("backing"), new byte[8192]);
    byte[] image = seed.bytes(4096);
    try (LoopDevice loop = LoopDevice.over(backing, "--sector-size=4096");
        BlockSink sink = Sinks.open(loop.toString(), 8192, FORCE);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> bytes = new ArrayList<>();
      for (int offset = 0; offset < 400; offset++) {
        int at = offset;
        bytes.add(() -> {
          sink.write(at, image, at, 1);
          return null;
        });
      }
      for (Future<Void> future : threads.invokeAll(bytes)) {
        future.get();
      }
      sink.finish();
    }
    assertThat(Arrays.copyOf(Files.readAllBytes(backing), 400))
        .isEqualTo(Arrays.copyOf(image, 400));
  }

  @Test
  void aDeviceThatCannotStoreWhatItPromisedTellsAtOnce() throws IOException {
    try (LoopDevice lower = LoopDevice.over(sparse("fs", 8 << 20));
        Mounted mounted = Mounted.ext4(lower, directory.resolve("mnt"))) {
      Path backing = mounted.directory().resolve("thin");
      try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
        file.setLength(64 << 20);
      }
      byte[] data = new byte[1 << 20];
      Arrays.fill(data, (byte) 1);
      try (LoopDevice thin = LoopDevice.over(backing);
          BlockSink sink = Sinks.open(thin.toString(), 64 << 20, FORCE)) {
        assertThatThrownBy(
                () -> {
                  for (long offset = 0; offset < sink.size(); offset += data.length) {
                    sink.write(offset, data, 0, data.length);
                  }
                })
            .hasMessageMatching(
                "cannot write bytes \\d+\\+1048576 of " + thin + ": (EIO|ENOSPC) .*");
        assertThatThrownBy(sink::finish).hasMessageContaining("earlier");
      }
    }
  }

  @Test
  void aMountedDeviceIsRefusedAndUntouched() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("fs", 8 << 20));
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
      Files.writeString(mounted.directory().resolve("file"), "precious");
      assertRefused(loop, "it is mounted at " + mounted.directory() + "; end that first");
      assertThat(mounted.directory().resolve("file")).hasContent("precious");
    }
  }

  @Test
  void swapIsRefused() throws IOException {
    try (LoopDevice loop =
        LoopDevice.over(Files.write(directory.resolve("s"), new byte[1 << 20]))) {
      Command.run("mkswap", loop.toString());
      Command.run("swapon", loop.toString());
      try {
        assertRefused(loop, "it is used as swap; end that first");
      } finally {
        Command.run("swapoff", loop.toString());
      }
    }
  }

  @Test
  void aDeviceBehindALoopDeviceIsRefused() throws IOException {
    try (LoopDevice lower = LoopDevice.over(sparse("d", DEVICE_BYTES));
        LoopDevice upper = LoopDevice.over(lower.path())) {
      assertRefused(lower, "it is what " + upper + " shows; end that first");
    }
  }

  @Test
  void aDeviceThatAProgramHoldsIsRefused() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("d", DEVICE_BYTES));
        NativeFile held = exclusive(loop)) {
      assertRefused(loop, "it is in use, by a mount, a device built upon it or a program");
      assertThat(held.path()).isEqualTo(loop.toString());
    }
  }

  @Test
  void isHeldItselfWhileItIsWritten() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("d", DEVICE_BYTES));
        BlockSink sink = Sinks.open(loop.toString(), 10, FORCE)) {
      assertThatThrownBy(() -> Command.run("mkfs.ext4", "-q", "-F", loop.toString()))
          .hasMessageContaining("in use");
      sink.finish();
    }
  }

  @Test
  void aReadOnlyDeviceIsRefused() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("d", DEVICE_BYTES), "--read-only")) {
      assertRefused(loop, "the device is read-only");
    }
  }

  @Test
  void aDeviceThatIsTooSmallIsRefused() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("d", 8192))) {
      assertThatThrownBy(() -> Sinks.open(loop.toString(), 8193, FORCE).close())
          .hasMessage("cannot write to " + loop + ": it has 8192 bytes, and the image needs 8193");
      Sinks.open(loop.toString(), 8192, FORCE).close();
    }
  }

  @Test
  void zeroingASparseTargetGivesItsSpaceBack() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[DEVICE_BYTES]);
    try (LoopDevice loop = LoopDevice.over(backing);
        BlockSink sink = Sinks.open(loop.toString(), DEVICE_BYTES, FORCE)) {
      sink.zero(0, DEVICE_BYTES);
      sink.finish();
    }
    assertThat(cairn.linux.FileStatus.of(backing).allocatedBytes()).isLessThan(DEVICE_BYTES / 2);
  }

  private static void assertRefused(LoopDevice device, String why) {
    assertThatThrownBy(() -> Sinks.open(device.toString(), 100, FORCE).close())
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write to " + device + ": " + why);
  }

  private static NativeFile exclusive(LoopDevice loop) throws IOException {
    return NativeFile.open(loop.path(), Option.WRITE, Option.EXCLUSIVE, Option.DIRECT);
  }

  private Path sparse(String name, long size) throws IOException {
    Path path = directory.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
    return path;
  }
}
