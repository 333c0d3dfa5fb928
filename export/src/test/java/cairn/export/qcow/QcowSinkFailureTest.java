package cairn.export.qcow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cairn.base.test.Seed;
import cairn.linux.NativeFile;
import cairn.volume.ImageFormat;
import cairn.volume.PartialFile;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls that fail, one after the other, and the power that goes at each of them.
final class QcowSinkFailureTest {
  private static final int SIZE = 150_000;

  /// `-Dcrashed=500` for the long run: each is stopped at each of its calls.
  private static final int WORKLOADS = Integer.getInteger("crashed", 1);

  @TempDir private Path folder;

  @Test
  void eachFailureIsToldAndLeavesNoImageThatLooksWhole(Seed seed) throws Exception {
    for (int i = 0; i < 2 * WORKLOADS; i++) {
      Seed own = seed.split(i / 2);
      QcowOptions options = new QcowOptions(12, i % 2 == 1, Optional.empty());
      Workload workload = new Workload(new byte[SIZE], 1 << 12, own);
      int call = 0;
      while (failsAt(call, options, workload, own.split(call))) {
        call++;
      }
      assertThat(call).as("calls that failed").isGreaterThan(4);
    }
  }

  /// @return false when there is no such call
  private boolean failsAt(int call, QcowOptions options, Workload workload, Seed seed)
      throws IOException {
    Path target = folder.resolve("disk.qcow2");
    Path partial = folder.resolve("partial");
    UnsyncedFile file =
        new UnsyncedFile(
            NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW), call);
    try (QcowSink sink = new QcowSink(PartialFile.of(file, target), SIZE, options)) {
      IOException failure =
          catchThrowableOfType(
              IOException.class,
              () -> {
                workload.writeInOrderTo(sink);
                sink.finish();
              });
      if (file.failed().isEmpty()) {
        assertThat(failure).isNull();
        return false;
      }
      assertThat(failure)
          .hasMessageContainingAll(file.failed(), target.toString(), "EIO (input/output error)");
      assertThatThrownBy(sink::finish).hasMessageContaining("earlier failure");
      assertThatThrownBy(() -> sink.zero(0, 1)).hasMessageContaining("earlier failure");
      assertThatThrownBy(sink::publish).hasMessageContaining("earlier failure");
      assertThat(target).doesNotExist();
      for (int i = 0; i < 3; i++) {
        assertWholeOrNone(file.afterCrash(seed.split(i).random()), workload.expected());
      }
    }
    assertThat(partial).doesNotExist();
    assertThat(target).doesNotExist();
    return true;
  }

  private void assertWholeOrNone(byte[] left, byte[] expected) throws IOException {
    Path crashed = Files.write(folder.resolve("crashed"), left);
    try (Volume volume = Volumes.open(crashed.toString(), "read", ImageFormat.GUESSED)) {
      if (volume.identity().kind() == cairn.volume.VolumeIdentity.Kind.QCOW2) {
        byte[] bytes = new byte[expected.length];
        volume.read(0, bytes, 0, bytes.length);
        assertThat(Arrays.mismatch(bytes, expected)).isEqualTo(-1);
      }
    }
  }

  /// What was written is read back from the file, not believed: neither tables nor clusters.
  @Test
  void whatReadsBackOtherwiseIsFoundBeforeTheFileHasItsName(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (boolean compress : new boolean[] {false, true}) {
      QcowOptions options = new QcowOptions(12, compress, Optional.empty());
      Workload workload = new Workload(new byte[SIZE], 1 << 12, seed);
      byte[] good = image(options, workload, new byte[0], -1);
      for (int i = 0; i < 40; i++) {
        int at = chance.nextInt(i < 5 ? 104 : good.length);
        assertThatThrownBy(() -> image(options, workload, good, at))
            .as("byte %s", at)
            .isInstanceOf(IOException.class)
            .hasMessageMatching(
                ".*/disk.qcow2 cannot be trusted: what was written within bytes 0\\+\\d+ reads back"
                    + " otherwise");
      }
    }
  }

  @Test
  void eachWriteThatTheDiskLosesIsFound(Seed seed) throws Exception {
    for (boolean compress : new boolean[] {false, true}) {
      QcowOptions options = new QcowOptions(12, compress, Optional.empty());
      Workload workload = new Workload(new byte[SIZE], 1 << 12, seed);
      int lost = 0;
      while (loses(lost, options, workload)) {
        lost++;
      }
      assertThat(lost).as("writes that were lost").isGreaterThan(4);
    }
  }

  /// @return false when there is no such write
  private boolean loses(int number, QcowOptions options, Workload workload) throws IOException {
    Path partial = folder.resolve("partial");
    LosingFile file =
        new LosingFile(
            NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW),
            number);
    Path target = folder.resolve("disk.qcow2");
    try (QcowSink sink = new QcowSink(PartialFile.of(file, target), SIZE, options)) {
      workload.writeInOrderTo(sink);
      IOException failure = catchThrowableOfType(IOException.class, sink::finish);
      if (!file.hasLost()) {
        assertThat(failure).isNull();
        return false;
      }
      assertThat(failure).hasMessageContaining("cannot be trusted");
      assertThatThrownBy(sink::publish).hasMessageContaining("earlier failure");
    }
    assertThat(target).doesNotExist();
    return true;
  }

  /// Says that it has written, and did not.
  private static final class LosingFile extends PassingFile {
    private int before;

    LosingFile(NativeFile below, int number) {
      super(below);
      this.before = number;
    }

    boolean hasLost() {
      return before < 0;
    }

    @Override
    public synchronized void write(long offset, MemorySegment source) throws IOException {
      if (before-- != 0) {
        super.write(offset, source);
      }
    }
  }

  /// @param wrong where the disk turns a bit over behind our back, or -1
  private byte[] image(QcowOptions options, Workload workload, byte[] good, int wrong)
      throws IOException {
    Path target = folder.resolve("disk.qcow2");
    Path partial = folder.resolve("partial");
    NativeFile file =
        NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
    LyingFile lying = new LyingFile(file, partial, good, wrong);
    try (QcowSink sink = new QcowSink(PartialFile.of(lying, target), SIZE, options)) {
      workload.writeInOrderTo(sink);
      sink.finish();
      return Files.readAllBytes(partial);
    }
  }

  /// Changes a byte as the file is closed.
  private static final class LyingFile extends PassingFile {
    private final Path path;
    private final byte[] good;
    private final int wrong;

    LyingFile(NativeFile below, Path path, byte[] good, int wrong) {
      super(below);
      this.path = path;
      this.good = good;
      this.wrong = wrong;
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (wrong >= 0) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
          file.seek(wrong);
          file.write(good[wrong] ^ 1);
        }
      }
    }
  }

  @Test
  void aNameThatWasTakenMeanwhileIsLeftAlone(Seed seed) throws Exception {
    Path target = folder.resolve("disk.qcow2");
    Path partial = folder.resolve("partial");
    NativeFile file =
        NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
    QcowOptions options = new QcowOptions(12, false, Optional.empty());
    try (QcowSink sink = new QcowSink(PartialFile.of(file, target), SIZE, options)) {
      sink.write(0, seed.bytes(SIZE), 0, SIZE);
      sink.finish();
      Files.writeString(target, "theirs");
      assertThatThrownBy(sink::publish).hasMessageContaining("appeared meanwhile");
    }
    assertThat(target).hasContent("theirs");
    assertThat(partial).doesNotExist();
  }
}
