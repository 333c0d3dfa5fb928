package cairn.linux.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.AlignedMemory;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.Descriptor;
import cairn.linux.bpf.TypeInformation;
import cairn.linux.test.Command;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChangeTrackerTest {
  private static final int BLOCK = ChangeTracker.BLOCK_BYTES;
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void marksWhatIsWrittenAndNothingElse(TrackingSupport.Way way, Seed seed) throws IOException {
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 64 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random())) {
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks());
      disk.write(3 * BLOCK + 4096, 4096, 7);
      disk.write(10 * BLOCK - 512, 1024, 7);
      disk.writeBuffered(100 * BLOCK + 1, 2 * BLOCK, 7);
      disk.write(64 * MIB - 512, 512, 7);
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(3, 9, 10, 100, 101, 102, 1023));
      assertThat(tracker.advance(7)).isEqualTo(2);
      assertThat(tracker.stamp(2)).isEqualTo(7);
      assertThat(tracker.stamp(3)).isZero();
      assertThat(TestDisk.marked(tracker, 2)).isEqualTo(blocks());
      disk.write(9 * BLOCK, BLOCK, 8);
      assertThat(TestDisk.marked(tracker, 2)).isEqualTo(blocks(9));
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(3, 9, 10, 100, 101, 102, 1023));
      assertThat(tracker.isLost()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void missesNothingThatAFileSystemDoes(TrackingSupport.Way way, Seed seed) throws IOException {
    RandomGenerator chance = seed.random();
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 256 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(ways.kernel(), disk.whole(), chance);
        Mounted mounted = Mounted.ext4(disk.loop(), directory.resolve("mnt"))) {
      for (int round = 0; round < 6; round++) {
        Command.run("sync", "-f", mounted.directory().toString());
        int generation = tracker.advance(7);
        Path before = disk.copy("before");
        churn(mounted.directory(), chance);
        Command.run("sync", "-f", mounted.directory().toString());
        if (round % 3 == 2) {
          Command.run("fstrim", mounted.directory().toString());
        }
        BitSet changed = disk.changedSince(before, disk.whole());
        BitSet marked = TestDisk.marked(tracker, generation);
        int falsely = marked.cardinality() - changed.cardinality();
        if (round % 3 != 2) {
          // Rewritten as they were, or beside a large write; a trim marks all that is free.
          assertThat(falsely).isLessThan(changed.cardinality() / 2 + 128);
        }
        changed.andNot(marked);
        assertThat(changed).as("changed and not marked").isEqualTo(blocks());
      }
    }
  }

  private static void churn(Path root, RandomGenerator chance) throws IOException {
    for (int i = 0; i < 40; i++) {
      Path file = root.resolve("file" + chance.nextInt(60));
      if (chance.nextInt(3) == 0) {
        Files.deleteIfExists(file);
      } else {
        byte[] content = new byte[chance.nextInt(3 * MIB)];
        chance.nextBytes(content);
        Files.write(file, content);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void seesDiscardsAndZeros(TrackingSupport.Way way, Seed seed) throws IOException {
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 64 * MIB)) {
      disk.write(0, 64 * MIB, 5);
      try (ChangeTracker tracker =
          ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random())) {
        discard(disk, 2 * BLOCK - 512, 1024);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(1, 2));
        discard(disk, 8 * BLOCK, BLOCK, "--zeroout");
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(1, 2, 8));
        Command.run(
            "fallocate",
            "--punch-hole",
            "-o",
            "" + 16 * BLOCK,
            "-l",
            "4096",
            disk.loop().toString());
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(1, 2, 8, 16));
        Command.run("blkdiscard", "-f", disk.loop().toString());
        assertThat(TestDisk.marked(tracker, 1).cardinality()).isEqualTo(64 * MIB / BLOCK);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void marksLargeRequestsUpToAGranuleTooMuch(TrackingSupport.Way way, Seed seed)
      throws IOException {
    long size = 6L << 30;
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, size)) {
      for (long length : new long[] {8 * MIB, 9 * MIB + 512, 700 * MIB, 5L << 30}) {
        long offset = 77L * MIB + 512 * 3;
        try (ChangeTracker tracker =
            ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random())) {
          discard(disk, offset, length);
          BitSet marked = TestDisk.marked(tracker, 1);
          int first = (int) (offset / BLOCK);
          int last = (int) ((offset + length - 1) / BLOCK);
          assertThat(marked.nextClearBit(first)).isGreaterThan(last);
          int granule = MarkingCode.GRANULE_BLOCKS;
          assertThat(marked.nextSetBit(0)).isBetween(first / granule * granule, first);
          assertThat(marked.length() - 1).isBetween(last, last / granule * granule + granule - 1);
        }
      }
    }
  }

  /// The loop device cuts a discard at its own granularity and merges the pieces again.
  @Test
  void looksIntoMergedDiscards(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 64 * MIB)) {
      TrackedRange range = disk.part(MIB + 512, 62 * MIB);
      TypeInformation types = TypeInformation.read(Kernel.live().typeInformation());
      Events events = new TypedEvents(types, range.disk(), true, Optional.empty(), 0);
      try (ChangeTracker tracker = ChangeTracker.attach(events, range, seed.random())) {
        discard(disk, 16 * MIB - 512, 1024);
        int granule = MarkingCode.GRANULE_BLOCKS;
        BitSet expected = new BitSet();
        expected.set(15 * MIB / BLOCK / granule * granule, 16 * MIB / BLOCK);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(expected);
      }
    }
  }

  /// What it says of commands needs a SCSI disk, see tools/vm-live; that the kernel takes the
  /// program and that it marks as others do does not.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void looksIntoCommands(boolean isAddress, Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 4 * MIB)) {
      TypeInformation types = TypeInformation.read(Kernel.live().typeInformation());
      Optional<ScsiCommand> commands = Optional.of(new ScsiCommand(400, isAddress));
      Events events = new TypedEvents(types, disk.whole().disk(), true, commands);
      try (ChangeTracker tracker = ChangeTracker.attach(events, disk.whole(), seed.random())) {
        disk.write(MIB, BLOCK, 1);
        BitSet expected = new BitSet();
        expected.set(MIB / BLOCK);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(expected);
        assertThat(tracker.isLost()).isFalse();
      }
    }
  }

  private static void discard(TestDisk disk, long offset, long length, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("blkdiscard", "-f"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", "" + offset, "-l", "" + length, disk.loop().toString()));
    Command.run(command.toArray(String[]::new));
  }

  @ParameterizedTest
  @EnumSource
  void marksNothingWhenThereAreOnlyReads(TrackingSupport.Way way, Seed seed) throws IOException {
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 64 * MIB)) {
      disk.write(0, 16 * MIB, 5);
      try (ChangeTracker tracker =
              ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random());
          NativeFile buffered = NativeFile.open(disk.loop().path());
          NativeFile direct = NativeFile.open(disk.loop().path(), NativeFile.Option.DIRECT);
          Arena arena = Arena.ofConfined()) {
        direct.read(0, arena.allocate(16 * MIB, 4096));
        buffered.dropCache(0, 0);
        buffered.read(0, arena.allocate(16 * MIB));
        Command.run("blockdev", "--flushbufs", disk.loop().toString());
        Command.run("sync", disk.loop().toString());
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPartitionIsARangeOfItsDisk(TrackingSupport.Way way, Seed seed) throws IOException {
    long start = MIB + 512;
    long length = 10 * MIB - 512;
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 64 * MIB)) {
      Command.run("addpart", disk.loop().toString(), "1", "" + start / 512, "" + length / 512);
      Path partition = Path.of(disk.loop() + "p1");
      try (ChangeTracker tracker =
              ChangeTracker.attach(ways.kernel(), disk.part(start, length), seed.random());
          NativeFile inside = NativeFile.open(partition, NativeFile.Option.WRITE);
          Arena arena = Arena.ofConfined()) {
        disk.write(start - 512, 512, 1);
        disk.write(start + length, 512, 1);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks());
        inside.write(5 * BLOCK, arena.allocate(512));
        inside.sync();
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(5));
        disk.write(start - 512, 1024, 1);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(0, 5));
        disk.write(start + length - 512, 1024, 1);
        List<String> ranges = new ArrayList<>();
        tracker.changedSince(1, (offset, bytes) -> ranges.add(offset + "+" + bytes));
        assertThat(ranges).containsExactly("0+65536", "327680+65536", "10420224+65024");
        FileStatus status = FileStatus.of(partition);
        assertThatThrownBy(() ->
                ChangeTracker.attach(new TrackedRange(status.device(), 0, length), seed.random()))
            .isInstanceOf(TrackerUnavailable.class)
            .hasMessageContaining("is a partition");
      } finally {
        Command.run("delpart", disk.loop().toString(), "1");
      }
    }
  }

  /// The lower device stands still, so that a write is under way for as long as we like.
  @ParameterizedTest
  @EnumSource
  void marksAgainWhenAWriteEnds(TrackingSupport.Way way, Seed seed) throws Exception {
    try (Ways ways = new Ways(way, directory);
        TestDisk lower = new TestDisk(directory, 128 * MIB);
        Mounted mounted = Mounted.ext4(lower.loop(), directory.resolve("mnt"));
        TestDisk disk = new TestDisk(mounted.directory(), 32 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random())) {
      CompletableFuture<Void> write;
      Command.run("fsfreeze", "--freeze", mounted.directory().toString());
      try {
        write =
            CompletableFuture.runAsync(() -> {
              try {
                disk.write(5 * BLOCK, BLOCK, 1);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
        while (!TestDisk.marked(tracker, 1).get(5)) {
          Thread.onSpinWait();
        }
        Thread.sleep(Duration.ofMillis(300)); // all of it is queued, not only the first part
        tracker.advance(7);
        tracker.advance(7);
        assertThat(TestDisk.marked(tracker, 2)).isEqualTo(blocks());
        assertThat(write.isDone()).isFalse();
      } finally {
        Command.run("fsfreeze", "--unfreeze", mounted.directory().toString());
      }
      write.join();
      assertThat(TestDisk.marked(tracker, 3)).isEqualTo(blocks(5));
    }
  }

  @Test
  void noWriteIsAttributedToThePast(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 64 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      List<CompletableFuture<BitSet>> writers = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        int number = writer;
        RandomGenerator chance = seed.split(writer).random();
        writers.add(CompletableFuture.supplyAsync(() -> writeOn(disk, tracker, number, chance)));
      }
      for (int i = 0; i < 100; i++) {
        int generation = tracker.advance(7);
        int block = 800 + i;
        disk.write((long) block * BLOCK, 4096, i);
        assertThat(TestDisk.marked(tracker, generation).get(block)).isTrue();
      }
      BitSet late = new BitSet();
      writers.forEach(writer -> late.or(writer.join()));
      assertThat(late).as("blocks whose mark is older than their write").isEqualTo(blocks());
    }
  }

  /// Writes blocks of its own, each once, while generations change.
  private static BitSet writeOn(
      TestDisk disk, ChangeTracker tracker, int writer, RandomGenerator chance) {
    BitSet late = new BitSet();
    try {
      for (int i = 0; i < 200 && tracker.generation() < 100; i++) {
        int block = writer * 200 + i;
        int generation = tracker.generation();
        disk.write((long) block * BLOCK, 512 << chance.nextInt(7), i);
        if (!TestDisk.marked(tracker, generation).get(block)) {
          late.set(block);
        }
      }
      return late;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void countsTo255AndGoesOnMarking(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      disk.write(0, 512, 1);
      while (tracker.generationsLeft() > 0) {
        tracker.advance(7);
      }
      assertThat(tracker.generation()).isEqualTo(255);
      assertThatThrownBy(() -> tracker.advance(7))
          .isInstanceOf(GenerationsUsedUp.class)
          .hasMessageContaining(tracker.id().toString());
      disk.write(15 * BLOCK, 512, 1);
      assertThat(TestDisk.marked(tracker, 255)).isEqualTo(blocks(15));
      assertThat(TestDisk.marked(tracker, 254)).isEqualTo(blocks(15));
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(0, 15));
    }
  }

  @Test
  void trackersOfOneDiskDoNotKnowEachOther(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 * MIB);
        ChangeTracker first = ChangeTracker.attach(disk.whole(), seed.random())) {
      disk.write(0, 512, 1);
      first.advance(7);
      try (ChangeTracker second =
          ChangeTracker.attach(disk.part(4 * BLOCK, 4 * BLOCK), seed.split(1).random())) {
        assertThat(second.id()).isNotEqualTo(first.id());
        disk.write(5 * BLOCK, 512, 1);
        assertThat(TestDisk.marked(first, 2)).isEqualTo(blocks(5));
        assertThat(TestDisk.marked(second, 1)).isEqualTo(blocks(1));
      }
      disk.write(6 * BLOCK, 512, 1);
      assertThat(TestDisk.marked(first, 2)).isEqualTo(blocks(5, 6));
    }
  }

  @Test
  void outlivesItsDevice(Seed seed) throws IOException {
    TrackedRange range;
    ChangeTracker tracker;
    try (TestDisk disk = new TestDisk(directory, 1 * MIB)) {
      range = disk.whole();
      tracker = ChangeTracker.attach(range, seed.random());
      disk.write(BLOCK, 512, 1);
    }
    try (tracker) {
      assertThat(tracker.range()).isEqualTo(range);
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(1));
      tracker.advance(7);
    }
    assertThatThrownBy(tracker::generation).isInstanceOf(IllegalStateException.class);
    tracker.close();
  }

  @Test
  void saysWhenMarksWereLostAndUntilWhen(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 * MIB);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      tracker.advance(7);
      tracker.control().lose(Loss.PASS_THROUGH);
      tracker.advance(7);
      assertThat(tracker.isLost()).isTrue();
      assertThat(tracker.loss()).contains(Loss.PASS_THROUGH);
      assertThat(tracker.changedSince(1, (offset, length) -> {})).isFalse();
      assertThat(tracker.changedSince(2, (offset, length) -> {})).isFalse();
      assertThat(tracker.changedSince(3, (offset, length) -> {})).isTrue();
    }
  }

  @Test
  @ResourceLock("zram")
  void followsTheBiosOfADeviceWithoutRequests(Seed seed) throws IOException {
    String zram = Command.run("zramctl", "--find", "--size", "64MiB");
    try {
      TrackedRange range = new TrackedRange(FileStatus.of(Path.of(zram)).device(), 0, 64 * MIB);
      try (ChangeTracker tracker = ChangeTracker.attach(range, seed.random());
          NativeFile device =
              NativeFile.open(Path.of(zram), NativeFile.Option.WRITE, NativeFile.Option.DIRECT);
          Arena arena = Arena.ofConfined()) {
        // More than there is room for in the table of what is under way.
        MemorySegment page = AlignedMemory.allocate(arena, 4096);
        for (int i = 0; i < 40_000; i++) {
          device.write(i % 100 * 4096L, page);
        }
        device.sync();
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(0, 1, 2, 3, 4, 5, 6));
        Command.run("blkdiscard", "-f", "-o", "" + 20 * BLOCK, "-l", "" + BLOCK, zram);
        assertThat(TestDisk.marked(tracker, 1)).isEqualTo(blocks(0, 1, 2, 3, 4, 5, 6, 20));
      }
      try (ChangeTracker deaf = ChangeTracker.attach(withoutEnds(range), range, seed.random());
          NativeFile device =
              NativeFile.open(Path.of(zram), NativeFile.Option.WRITE, NativeFile.Option.DIRECT);
          Arena arena = Arena.ofConfined()) {
        MemorySegment page = AlignedMemory.allocate(arena, 4096);
        for (int i = 0; !deaf.isLost(); i++) {
          assertThat(i).isLessThan(40_000);
          device.write(i % 100 * 4096L, page);
        }
        assertThat(deaf.loss().orElseThrow()).isIn(Loss.UNPAIRED, Loss.TABLE_FULL);
      }
    } finally {
      Command.run("zramctl", "--reset", zram);
    }
  }

  /// As a driver would look that passes bios on to where their end is not told.
  private static Events withoutEnds(TrackedRange range) throws IOException {
    Events events = Kernel.live().events(range.disk());
    return new Events() {
      @Override
      public List<Hook> hooks() {
        return events.hooks().stream().filter(hook -> hook != Hook.BIO_COMPLETE).toList();
      }

      @Override
      public boolean remembers() {
        return events.remembers();
      }

      @Override
      public Bpf.Kind kind(Hook hook) throws IOException {
        return events.kind(hook);
      }

      @Override
      public void write(Hook hook, MarkingCode code) throws IOException {
        events.write(hook, code);
      }

      @Override
      public Attachment attach(Hook hook, Descriptor program) throws IOException {
        return events.attach(hook, program);
      }
    };
  }

  private static BitSet blocks(int... numbers) {
    BitSet blocks = new BitSet();
    for (int number : numbers) {
      blocks.set(number);
    }
    return blocks;
  }
}
