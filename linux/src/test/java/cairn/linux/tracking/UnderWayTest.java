package cairn.linux.tracking;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.AlignedMemory;
import cairn.linux.DeviceNumber;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.BpfMap;
import cairn.linux.bpf.Descriptor;
import cairn.linux.bpf.TypeInformation;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Programs of one kind mark in one place when a bio is queued, and in another when it ends, so
/// that what is marked at the end can have come from what was remembered only.
@ResourceLock("zram")
final class UnderWayTest {
  private static final long LENGTH = 64 << 20;
  private static final int BLOCK = ChangeTracker.BLOCK_BYTES;
  private static final long SOME_BIO = 1;

  /// Where bios find room.
  enum Room {
    SLOTS,
    /// All slots are another bio's.
    NO_SLOT,
    /// As before Linux 5.12.
    NO_EXCHANGES
  }

  private final Resources resources = new Resources();
  private Path disk = Path.of("");
  private TrackedRange range = new TrackedRange(new DeviceNumber(0, 0), 0, LENGTH);

  @BeforeEach
  void make() throws IOException {
    disk = Path.of(Command.run("zramctl", "--find", "--size", "64MiB"));
    range = new TrackedRange(FileStatus.of(disk).device(), 0, LENGTH);
  }

  @AfterEach
  void remove() throws IOException {
    resources.close();
    Command.run("zramctl", "--reset", disk.toString());
  }

  @ParameterizedTest
  @EnumSource
  void whatEndsIsMarkedAsItWasQueued(Room room, Seed seed) throws IOException {
    Table table = new Table(room);
    BpfMap queued = attach(table, range, Hook.BIO_QUEUE);
    BpfMap ended = attach(table, range, Hook.BIO_COMPLETE);
    write(3, 1);
    write(100, 300);
    assertThat(marks(ended)).isEqualTo(marks(queued));
    assertThat(marks(ended).get(3)).isTrue();
    assertThat(marks(ended).nextSetBit(4)).isBetween(96, 100);
    assertThat(marks(ended).cardinality()).isBetween(301, 400);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      RandomGenerator chance = seed.split(writer).random();
      writers.add(CompletableFuture.runAsync(() -> writeSome(chance)));
    }
    writers.forEach(CompletableFuture::join);
    assertThat(marks(ended)).isEqualTo(marks(queued));
    assertThat(table.control.lostGeneration()).isZero();
    table.assertEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsQueuedAgainOnItsWayIsRememberedOnce(Room room) throws IOException {
    Table table = new Table(room);
    attach(table, range, Hook.BIO_QUEUE);
    attach(table, range, Hook.BIO_QUEUE);
    BpfMap ended = attach(table, range, Hook.BIO_COMPLETE);
    write(5, 1);
    BitSet expected = new BitSet();
    expected.set(5);
    assertThat(marks(ended)).isEqualTo(expected);
    assertThat(table.control.lostGeneration()).isZero();
    table.assertEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aBioThatIsThereWithOtherBlocksIsALoss(Room room) throws IOException {
    Table table = new Table(room);
    attach(table, range, Hook.BIO_QUEUE);
    attach(table, new TrackedRange(range.disk(), BLOCK, LENGTH - BLOCK), Hook.BIO_QUEUE);
    write(5, 1);
    assertThat(table.control.lostGeneration()).isEqualTo(1);
    assertThat(table.control.loss()).contains(Loss.UNPAIRED);
  }

  private final class Table {
    final BpfMap page;
    final Control control;
    final UnderWay underWay;
    private final Room room;
    private final MemorySegment slots;

    Table(Room room) throws IOException {
      this.room = room;
      Arena arena = Arena.ofShared();
      resources.add(arena::close);
      page = create(BpfMap.Shape.pages(1));
      control = new Control(page.map(arena, true));
      control.initialize(new TrackerId(1, 2), range, List.of());
      underWay = UnderWay.create(page, room != Room.NO_EXCHANGES, resources);
      slots = underWay.slots() == null ? MemorySegment.NULL : underWay.slots().map(arena, true);
      if (room == Room.NO_SLOT) {
        for (long at = 0; at < slots.byteSize(); at += UnderWay.SLOT_BYTES) {
          slots.set(JAVA_LONG, at, SOME_BIO);
        }
      }
    }

    /// Nobody else's slot was touched either.
    void assertEmpty() {
      assertThat(control.page().get(JAVA_LONG, Control.ELSEWHERE_OFFSET)).isZero();
      for (long at = 0; at < slots.byteSize(); at += UnderWay.SLOT_BYTES) {
        assertThat(slots.get(JAVA_LONG, at)).isEqualTo(room == Room.NO_SLOT ? SOME_BIO : 0);
      }
    }
  }

  private BpfMap create(BpfMap.Shape shape) throws IOException {
    BpfMap map = BpfMap.create("test", shape);
    resources.add(map::close);
    return map;
  }

  /// @return what it marks
  private BpfMap attach(Table table, TrackedRange tracked, Hook hook) throws IOException {
    BpfMap marks = create(Marks.shape(LENGTH));
    TypeInformation types = TypeInformation.read(Kernel.live().typeInformation());
    Events events = new TypedEvents(types, tracked.disk(), false, Optional.empty());
    MarkingCode code =
        new MarkingCode(tracked, new MarkingCode.Maps(table.page, marks, table.underWay));
    events.write(hook, code);
    code.finish();
    byte[] instructions = code.assembler().assemble();
    try (Descriptor program = Bpf.load(hook.program(), events.kind(hook), instructions)) {
      resources.add(events.attach(hook, program).descriptor()::close);
    }
    return marks;
  }

  private static BitSet marks(BpfMap map) throws IOException {
    BitSet marked = new BitSet();
    try (Arena arena = Arena.ofConfined()) {
      new Marks(map.map(arena, false), LENGTH)
          .visit(
              1,
              (offset, length) ->
                  marked.set((int) (offset / BLOCK), (int) ((offset + length) / BLOCK)));
    }
    return marked;
  }

  private void writeSome(RandomGenerator chance) {
    try {
      for (int i = 0; i < 2_000; i++) {
        write(chance.nextInt((int) (LENGTH / BLOCK)), 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(long block, int blocks) throws IOException {
    try (NativeFile device =
            NativeFile.open(disk, NativeFile.Option.WRITE, NativeFile.Option.DIRECT);
        Arena arena = Arena.ofConfined()) {
      device.write(block * BLOCK, AlignedMemory.allocate(arena, (long) blocks * BLOCK));
    }
  }
}
