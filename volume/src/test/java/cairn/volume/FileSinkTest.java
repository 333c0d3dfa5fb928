package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cairn.base.block.BlockSink;
import cairn.base.test.Seed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.NativeFile.Option;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.test.PageCache;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FileSinkTest {
  private static final SinkOptions FORCE = new SinkOptions(true, true);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 513, 65_536, 3_145_745})
  void holdsWhatWasWrittenAndZerosElsewhere(int size, Seed seed) throws Exception {
    Path target = directory.resolve("disk.img");
    for (boolean sparse : new boolean[] {true, false}) {
      byte[] expected = new byte[size];
      try (BlockSink sink = Sinks.open(target.toString(), size, new SinkOptions(true, sparse))) {
        assertThat(sink.size()).isEqualTo(size);
        Scatter.write(sink, expected, seed);
        sink.finish();
        byte[] back = new byte[size];
        sink.readBack(0, back, 0, size);
        assertThat(back).isEqualTo(expected);
      }
      assertThat(Files.readAllBytes(target)).isEqualTo(expected);
    }
    assertThat(names()).containsExactly("disk.img");
  }

  @Test
  void nothingAppearsAndNothingIsLostBeforeTheFinish() throws IOException {
    Path fresh = directory.resolve("fresh.img");
    Path old = Files.writeString(directory.resolve("old.img"), "old");
    for (Path target : List.of(fresh, old)) {
      try (BlockSink sink = Sinks.open(target.toString(), 1000, FORCE)) {
        sink.write(0, new byte[1000], 0, 1000);
        assertThat(names().stream().filter(name -> name.endsWith(".partial"))).hasSize(1);
      }
    }
    assertThat(fresh).doesNotExist();
    assertThat(old).hasContent("old");
    assertThat(names()).containsExactly("old.img");
  }

  @Test
  void replacesAFileOnlyWhenToldSoOrWhenItIsEmpty() throws IOException {
    Path target = Files.writeString(directory.resolve("disk.img"), "old");
    assertRefused(target, 4, "the file exists and is not empty; replace it with --force");
    try (BlockSink sink = Sinks.open(target.toString(), 3, FORCE)) {
      sink.write(0, new byte[] {'n', 'e', 'w'}, 0, 3);
      sink.finish();
    }
    assertThat(target).hasContent("new");
    Files.write(target, new byte[0]);
    try (BlockSink sink = Sinks.open(target.toString(), 1, SinkOptions.DEFAULT)) {
      sink.finish();
    }
    assertThat(target).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesAFileAloneThatAppearedMeanwhile(boolean emptyBefore) throws IOException {
    Path target = directory.resolve("disk.img");
    if (emptyBefore) {
      Files.createFile(target);
    }
    try (BlockSink sink = Sinks.open(target.toString(), 3, SinkOptions.DEFAULT)) {
      Files.writeString(target, "theirs");
      assertThatThrownBy(sink::finish)
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(target.toString(), "appeared meanwhile");
    }
    assertThat(target).hasContent("theirs");
    assertThat(names()).containsExactly("disk.img");
  }

  @Test
  void writesThroughASymbolicLinkToTheFileItNames() throws IOException {
    Path real = Files.createFile(directory.resolve("real.img"));
    Path link = Files.createSymbolicLink(directory.resolve("link.img"), real);
    try (BlockSink sink = Sinks.open(link.toString(), 10, SinkOptions.DEFAULT)) {
      sink.finish();
    }
    assertThat(link).isSymbolicLink();
    assertThat(real).hasSize(10);
  }

  @Test
  void aSparseTargetTakesSpaceForDataOnly() throws IOException {
    Path target = directory.resolve("disk.img");
    long size = 10L << 40;
    try (BlockSink sink = Sinks.open(target.toString(), size, SinkOptions.DEFAULT)) {
      sink.zero(0, size - 1);
      sink.write(size - 1, new byte[] {1}, 0, 1);
      sink.finish();
    }
    FileStatus status = FileStatus.of(target);
    assertThat(status.sizeBytes()).isEqualTo(size);
    assertThat(status.allocatedBytes()).isLessThan(1 << 20);
  }

  @Test
  void aTargetThatIsNotSparseHasItsSpaceFromTheStart() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("fs", 16 << 20));
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
      Path fits = mounted.directory().resolve("fits.img");
      SinkOptions options = new SinkOptions(false, false);
      try (BlockSink sink = Sinks.open(fits.toString(), 4 << 20, options)) {
        sink.zero(0, 4 << 20);
        sink.finish();
      }
      assertThat(FileStatus.of(fits).allocatedBytes()).isGreaterThanOrEqualTo(4 << 20);
      Path large = mounted.directory().resolve("large.img");
      assertThatThrownBy(() -> Sinks.open(large.toString(), 64 << 20, options).close())
          .hasMessage(
              "cannot make room for bytes 0+67108864 of " + large + ": ENOSPC (no space left)");
      try (Stream<Path> files = Files.list(mounted.directory())) {
        assertThat(files.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("fits.img", "lost+found");
      }
    }
  }

  @Test
  void aFullDiskIsToldWithTheRangeAndIsFinal() throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse("fs", 8 << 20));
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
      Path target = mounted.directory().resolve("disk.img");
      byte[] data = new byte[1 << 20];
      try (BlockSink sink = Sinks.open(target.toString(), 64 << 20, SinkOptions.DEFAULT)) {
        IOException first = catchThrowableOfType(IOException.class, () -> writeAll(sink, data));
        assertThat(first)
            .hasMessageMatching(
                "cannot write bytes \\d+\\+1048576 of " + target + ": ENOSPC \\(no space left\\)");
        assertThatThrownBy(sink::finish).hasMessageContaining("earlier failure").hasCause(first);
      }
      assertThat(target).doesNotExist();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultyFile.Call.class,
      names = {"WRITE", "SYNC", "CLOSE"})
  void anyFailureSurfacesAndTheTargetStaysAsItWas(FaultyFile.Call call) throws IOException {
    Path target = Files.writeString(directory.resolve("disk.img"), "old");
    FaultyFile file = faulty().failing(call, Errno.EIO);
    Path partial = Path.of(file.path());
    FileSink sink = over(file, 1000, true);
    assertThatThrownBy(
            () -> {
              sink.write(100, new byte[10], 0, 10);
              sink.finish();
            })
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            call == FaultyFile.Call.WRITE ? "write bytes 100+10" : "store bytes 0+1000",
            target.toString(),
            "EIO (input/output error)");
    file.healed();
    assertThatThrownBy(() -> sink.write(0, new byte[1], 0, 1)).hasMessageContaining("earlier");
    assertThatThrownBy(() -> sink.zero(0, 1)).hasMessageContaining("earlier");
    assertThatThrownBy(sink::finish)
        .hasMessageContaining("earlier")
        .hasRootCauseMessage(call + "(" + partial + "): EIO (input/output error)");
    sink.close();
    assertThat(target).hasContent("old");
    assertThat(partial).doesNotExist();
  }

  @Test
  void writesZerosWhereSpaceCannotBeReserved() throws IOException {
    Path target = directory.resolve("disk.img");
    FaultyFile file = faulty().failing(FaultyFile.Call.ALLOCATE, Errno.EOPNOTSUPP);
    try (FileSink sink = over(file, 3_000_000, false)) {
      sink.zero(0, 3_000_000);
      sink.finish();
    }
    assertThat(FileStatus.of(target).allocatedBytes()).isGreaterThanOrEqualTo(3_000_000);
  }

  @Test
  void startsWritingBackBeforeTheEnd() throws IOException {
    FaultyFile file = faulty();
    byte[] data = new byte[1 << 20];
    try (FileSink sink = over(file, 8 << 20, true)) {
      writeAll(sink, data);
    }
    assertThat(file.calls()).contains(FaultyFile.Call.START_WRITEBACK);
  }

  /// What other programs have in the cache stays there.
  @Test
  void leavesLittleInTheCache(Seed seed) throws IOException {
    byte[] data = seed.bytes(1 << 20);
    try (LoopDevice loop = LoopDevice.over(sparse("fs", 256 << 20));
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
      Path target = mounted.directory().resolve("disk.img");
      try (BlockSink sink = Sinks.open(target.toString(), 128 << 20, SinkOptions.DEFAULT)) {
        writeAll(sink, data);
        sink.finish();
      }
      assertThat(PageCache.residentBytes(target)).isLessThan(64 << 20);
    }
  }

  @Test
  void aWriteThatTheKernelFailsAtLaterIsToldAndFinal() throws IOException {
    Path target = directory.resolve("disk.img");
    FaultyFile file = faulty().failing(FaultyFile.Call.FINISH_WRITEBACK, Errno.EOPNOTSUPP);
    try (FileSink sink = over(file, 64 << 20, true)) {
      assertThatThrownBy(() -> writeAll(sink, new byte[1 << 20]))
          .hasMessageMatching(
              "cannot store bytes 0\\+[0-9]+ of " + target + ": EOPNOTSUPP \\(not supported\\)");
      file.healed();
      assertThatThrownBy(sink::finish).hasMessageContaining("earlier failure");
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void doesWithoutWritingBackWhereThatIsNotKnown() throws IOException {
    Path target = directory.resolve("disk.img");
    FaultyFile file = faulty().failing(FaultyFile.Call.START_WRITEBACK, Errno.ENOSYS);
    try (FileSink sink = over(file, 64 << 20, true)) {
      writeAll(sink, new byte[1 << 20]);
      sink.finish();
    }
    assertThat(target).hasSize(64 << 20);
    assertThat(file.calls().stream().filter(FaultyFile.Call.START_WRITEBACK::equals)).hasSize(1);
    assertThat(file.calls()).doesNotContain(FaultyFile.Call.FINISH_WRITEBACK);
  }

  @Test
  void anImageIsReadBackBeforeItHasItsName(Seed seed) throws IOException {
    Path target = directory.resolve("disk.img");
    byte[] data = seed.bytes(1 << 20);
    try (FileSink sink = Sinks.image(target.toString(), 1L << 40, SinkOptions.DEFAULT)) {
      sink.write(1 << 30, data, 0, data.length);
      try (RandomAccessFile other = new RandomAccessFile(sink.path().toFile(), "rw")) {
        other.seek((1 << 30) + 70_000);
        other.write(~data[70_000]);
      }
      assertThatThrownBy(sink::finish)
          .hasMessage(
              target
                  + " cannot be trusted: what was written within bytes 1073741824+4194304 reads"
                  + " back otherwise");
      assertThatThrownBy(sink::publish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void doesNotTakeANameForAFileThatSomeoneElsePutThere() throws IOException {
    Path target = directory.resolve("disk.img");
    try (BlockSink sink = Sinks.open(target.toString(), 10, SinkOptions.DEFAULT)) {
      Path partial = directory.resolve(names().get(0));
      Files.delete(partial);
      Files.writeString(partial, "not it");
      assertThatThrownBy(sink::finish).hasMessageContaining("someone else");
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void aFileBehindALoopDeviceIsRefused() throws IOException {
    Path target = sparse("disk.img", 1 << 20);
    try (LoopDevice loop = LoopDevice.over(target)) {
      assertThatThrownBy(() -> Sinks.open(target.toString(), 10, FORCE).close())
          .hasMessage(
              "cannot write to " + target + ": it is what " + loop + " shows; end that first");
    }
  }

  @Test
  void whatCannotBeATargetIsRefusedInASentence() throws IOException {
    Path nowhere = directory.resolve("nowhere");
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), nowhere);
    Path pipe = directory.resolve("pipe");
    Command.run("mkfifo", pipe.toString());
    assertRefused(directory, 1, "it is a directory; name a file or a block device");
    assertRefused(
        Path.of("/dev/full"), 1, "it is a character device; name a file or a block device");
    assertRefused(pipe, 1, "it is a pipe or socket; name a file or a block device");
    assertRefused(dangling, 1, "it is a symbolic link that leads nowhere");
    assertRefused(
        nowhere.resolve("disk.img"), 1, "there is no directory " + nowhere + "; make it first");
    assertThatThrownBy(() -> Sinks.open("", 1, FORCE).close())
        .hasMessage("cannot write to an empty path; name a file or a block device");
  }

  @Test
  void orderOfCallsIsChecked() throws IOException {
    Path target = directory.resolve("disk.img");
    try (BlockSink sink = Sinks.open(target.toString(), 10, SinkOptions.DEFAULT)) {
      byte[] bytes = new byte[20];
      assertThatThrownBy(() -> sink.readBack(0, bytes, 0, 10))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> sink.write(5, bytes, 0, 6))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sink.zero(-1, 6)).isInstanceOf(IllegalArgumentException.class);
      sink.finish();
      assertThatThrownBy(() -> sink.write(0, bytes, 0, 1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(sink::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(target).hasSize(10);
  }

  /// The file in the making, beside `disk.img`.
  private FaultyFile faulty() throws IOException {
    Path partial = directory.resolve("partial");
    return new FaultyFile(NativeFile.open(partial, Option.WRITE, Option.CREATE_NEW));
  }

  private FileSink over(FaultyFile file, long size, boolean sparse) throws IOException {
    PartialFile.Names names =
        new PartialFile.Names(
            directory.resolve("disk.img"), Path.of(file.path()), PartialFile.Replaces.ANY_FILE);
    return new FileSink(new PartialFile(names, file), size, sparse);
  }

  private static void writeAll(BlockSink sink, byte[] data) throws IOException {
    for (long offset = 0; offset < sink.size(); offset += data.length) {
      sink.write(offset, data, 0, data.length);
    }
  }

  private void assertRefused(Path target, long size, String why) {
    assertThatThrownBy(() -> Sinks.open(target.toString(), size, SinkOptions.DEFAULT).close())
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write to " + target + ": " + why);
  }

  private Path sparse(String name, long size) throws IOException {
    Path path = directory.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
    return path;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
