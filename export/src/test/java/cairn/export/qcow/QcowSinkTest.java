package cairn.export.qcow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.volume.PartialFile;
import cairn.volume.Sinks;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against QEMU's own tools: what the sink writes, they find good and read as it was written.
final class QcowSinkTest {
  /// `-Dworkloads=500` for the long run.
  private static final int WORKLOADS = Integer.getInteger("workloads", 8);

  @TempDir private Path folder;

  @Test
  void qemuReadsWhatWasWrittenAndFindsNoError(Seed seed) throws Exception {
    for (int i = 0; i < WORKLOADS; i++) {
      Path base = write("base" + i, seed.split(i), Optional.empty());
      Path next = write("next" + i, seed.split(-i - 1), Optional.of(base));
      Files.delete(next);
      Files.delete(base);
    }
  }

  private Path write(String name, Seed seed, Optional<Path> base) throws Exception {
    RandomGenerator random = seed.random();
    int size = 1 + random.nextInt(random.nextBoolean() ? 6_000_000 : 300_000);
    int bits = 9 + random.nextInt(13);
    QcowOptions options = new QcowOptions(bits, random.nextBoolean(), Optional.empty());
    Path target = folder.resolve(name + ".qcow2");
    try (Optionally below = new Optionally(base)) {
      byte[] shown = below.bytes(size);
      int unit = base.isPresent() ? 1 << bits : random.nextBoolean() ? 1 : 1 << bits;
      Workload workload = new Workload(shown, unit, seed);
      PartialFile file = Sinks.file(target.toString(), true);
      try (QcowSink sink = new QcowSink(file, size, below.upon(options))) {
        workload.writeTo(sink);
        sink.finish();
        assertThat(target).doesNotExist();
        byte[] back = new byte[size];
        sink.readBack(0, back, 0, size);
        assertThat(Arrays.mismatch(back, workload.expected())).isEqualTo(-1);
        sink.publish();
      }
      assertGood(target, workload.expected());
    }
    return target;
  }

  /// A backing file, or none.
  private static final class Optionally implements AutoCloseable {
    private final Optional<Path> path;
    private final Optional<Volume> volume;

    Optionally(Optional<Path> path) throws IOException {
      this.path = path;
      this.volume =
          path.isEmpty() ? Optional.empty() : Optional.of(Volumes.open(path.get().toString()));
    }

    byte[] bytes(int size) throws IOException {
      byte[] bytes = new byte[size];
      if (volume.isPresent()) {
        volume.get().read(0, bytes, 0, (int) Math.min(size, volume.get().size()));
      }
      return bytes;
    }

    QcowOptions upon(QcowOptions options) {
      return volume.isEmpty()
          ? options
          : options.upon(
              new QcowOptions.Backing(path.orElseThrow().getFileName().toString(), volume.get()));
    }

    @Override
    public void close() throws IOException {
      if (volume.isPresent()) {
        volume.get().close();
      }
    }
  }

  private void assertGood(Path image, byte[] expected) throws IOException {
    String check = Command.run("qemu-img", "check", image.toString());
    assertThat(check).contains("No errors were found on the image.");
    byte[] sectors = Arrays.copyOf(expected, Math.ceilDiv(expected.length, 512) * 512);
    Path raw = Files.write(folder.resolve("expected.raw"), sectors);
    String compared =
        Command.run(
            "qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw.toString(), image.toString());
    assertThat(compared).isEqualTo("Images are identical.");
  }

  @Test
  void zerosTakeNoSpaceAndCompressionSavesSome(Seed seed) throws Exception {
    byte[] bytes = new byte[1 << 20];
    System.arraycopy(seed.bytes(1000), 0, bytes, 70_000, 1000);
    long plain = size(bytes, false);
    long compressed = size(bytes, true);
    assertThat(plain).isBetween(6L << 16, 7L << 16);
    // Header, one cluster with the compressed one, L2, L1, refcounts.
    assertThat(compressed).isBetween(6L << 16, 7L << 16);
    byte[] noise = seed.bytes(1 << 20);
    assertThat(size(noise, true)).isLessThanOrEqualTo(size(noise, false));
    Arrays.fill(noise, 0, 1 << 19, (byte) 1);
    assertThat(size(noise, true)).isLessThan(size(noise, false) - (1 << 18));
  }

  private long size(byte[] bytes, boolean compress) throws Exception {
    Path target = folder.resolve("size.qcow2");
    QcowOptions options = new QcowOptions(16, compress, Optional.empty());
    try (QcowSink sink = new QcowSink(Sinks.file(target.toString(), true), bytes.length, options)) {
      sink.write(0, bytes, 0, bytes.length);
      sink.finish();
      sink.publish();
    }
    assertGood(target, bytes);
    return Files.size(target);
  }

  @Test
  void takesFramesThatAreThereAlready(Seed seed) throws Exception {
    Path target = folder.resolve("frames.qcow2");
    byte[] bytes = new byte[5 << 16];
    System.arraycopy(seed.bytes(30_000), 0, bytes, 3 << 16, 30_000);
    Arrays.fill(bytes, 1 << 16, 2 << 16, (byte) 9);
    QcowOptions options = new QcowOptions(16, true, Optional.empty());
    try (QcowSink sink = new QcowSink(Sinks.file(target.toString(), true), bytes.length, options)) {
      assertThat(sink.takes(1 << 17, 100)).isFalse();
      assertThat(sink.takes(1 << 16, 1 << 16)).isFalse();
      for (int at = 1 << 16; at < bytes.length; at += 1 << 16) {
        byte[] frame = Zstd.compress(Arrays.copyOfRange(bytes, at, at + (1 << 16)));
        assertThat(sink.takes(1 << 16, frame.length)).isTrue();
        sink.writeFrame(at, 1 << 16, Slice.of(frame, 0, frame.length));
      }
      assertThatThrownBy(() -> sink.writeFrame(1, 1 << 16, Slice.of(bytes)))
          .isInstanceOf(IllegalArgumentException.class);
      sink.finish();
      sink.publish();
    }
    assertGood(target, bytes);
  }

  @Test
  void isWhatQemuSaysItIs() throws Exception {
    Path target = folder.resolve("disk.qcow2");
    long size = 3L << 40;
    QcowOptions options = QcowOptions.suitedTo(size, 128 << 10).compressed(128 << 10);
    try (QcowSink sink = new QcowSink(Sinks.file(target.toString(), false), size, options)) {
      byte[] bytes = new byte[100_000];
      Arrays.fill(bytes, (byte) 3);
      sink.write(size - bytes.length, bytes, 0, bytes.length);
      sink.zero(0, 1L << 40);
      sink.finish();
      sink.publish();
    }
    String info = Command.run("qemu-img", "info", target.toString());
    assertThat(info)
        .contains("virtual size: 3 TiB", "cluster_size: 131072", "compression type: zstd")
        .contains("compat: 1.1", "refcount bits: 16", "corrupt: false");
    String map = Command.run("qemu-img", "map", "--output=json", target.toString());
    assertThat(map.lines().filter(line -> line.contains("\"data\": true"))).hasSize(1);
    assertThat(Files.size(target)).isLessThan(1 << 20);
  }

  @Test
  void clustersSuitBlocksAndDisk() {
    assertThat(QcowOptions.suitedTo(1 << 30, 128 << 10).clusterBytes()).isEqualTo(64 << 10);
    assertThat(QcowOptions.suitedTo(1 << 30, 4096).clusterBytes()).isEqualTo(4096);
    assertThat(QcowOptions.suitedTo(1L << 50, 4096).clusterBytes()).isEqualTo(64 << 10);
  }

  @Test
  void withoutItsLastStepsThereIsNoFile(Seed seed) throws Exception {
    Path target = folder.resolve("disk.qcow2");
    QcowOptions options = QcowOptions.suitedTo(1 << 20, 1 << 16);
    for (boolean finish : new boolean[] {false, true}) {
      PartialFile file = Sinks.file(target.toString(), false);
      try (QcowSink sink = new QcowSink(file, 1 << 20, options)) {
        sink.write(0, seed.bytes(1 << 20), 0, 1 << 20);
        if (finish) {
          sink.finish();
        }
      }
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void orderOfCallsIsChecked() throws Exception {
    Path target = folder.resolve("disk.qcow2");
    QcowOptions options = QcowOptions.suitedTo(1 << 20, 1 << 16);
    byte[] bytes = new byte[1 << 20];
    Arrays.fill(bytes, (byte) 1);
    try (QcowSink sink = new QcowSink(Sinks.file(target.toString(), false), 1 << 20, options)) {
      assertThatThrownBy(() -> sink.readBack(0, bytes, 0, 1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> sink.write(1, bytes, 0, bytes.length))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(sink::publish).isInstanceOf(IllegalStateException.class);
      sink.write(0, bytes, 0, bytes.length);
      assertThatThrownBy(
              () -> {
                sink.write(0, bytes, 0, bytes.length);
                sink.finish();
              })
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("written twice");
    }
  }
}
