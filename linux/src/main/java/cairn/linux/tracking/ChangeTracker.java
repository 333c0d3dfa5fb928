package cairn.linux.tracking;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.BpfMap;
import cairn.linux.bpf.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Marks what is written to one range of a disk. A byte for each block of 64 KiB holds the
/// generation of the last write to it; whoever writes, whatever way, is seen, and nothing is in the
/// way of a write.
///
/// How to read a disk consistently with it: [#advance], then read what [#changedSince] names for
/// the generation before, and again, until little is left; then freeze. What was queued before
/// [#advance] returned and ends later is marked when it ends. In doubt a block counts as changed.
///
/// What was under way when the tracker was attached may end unseen on devices that take bios (dm,
/// md): flush or freeze what lies on them once after attaching, before anything is read.
///
/// Any thread may use it. Closing ends the marking, unless it was pinned, which gives it a life of
/// its own.
public final class ChangeTracker implements AutoCloseable {
  public static final int BLOCK_BYTES = Marks.BLOCK_BYTES;

  private final Resources resources;
  private final MarkingCode.Maps maps;
  private final Control control;
  private final MemorySegment marks;
  private final BpfMap barrier;
  private final List<Events.Attachment> attachments = new ArrayList<>();

  /// @param resources that belong to it from now on
  private ChangeTracker(MarkingCode.Maps maps, Resources resources) throws IOException {
    Arena arena = Arena.ofShared();
    resources.add(arena::close);
    this.resources = resources;
    this.maps = maps;
    this.control = new Control(maps.control().map(arena, true));
    this.marks = maps.marks().map(arena, true);
    this.barrier = BpfMap.holder("cairn_barrier", maps.control());
    resources.add(barrier::close);
  }

  /// Marks from now on, beginning with generation 1.
  ///
  /// @throws TrackerUnavailable when this kernel, or the rights of this process, do not allow it
  public static ChangeTracker attach(TrackedRange range, RandomGenerator chance)
      throws IOException {
    return attach(Kernel.live(), range, chance);
  }

  /// As the other, with what is found elsewhere.
  public static ChangeTracker attach(Kernel kernel, TrackedRange range, RandomGenerator chance)
      throws IOException {
    return attach(kernel.events(range.disk()), range, chance);
  }

  static ChangeTracker attach(Events events, TrackedRange range, RandomGenerator chance)
      throws IOException {
    Resources resources = new Resources();
    try {
      MarkingCode.Maps maps = maps(range, events, resources);
      ChangeTracker tracker = new ChangeTracker(maps, resources);
      tracker.control.initialize(TrackerId.random(chance), range, events.hooks());
      for (Hook hook : events.hooks()) {
        tracker.attach(hook, events, range);
      }
      return tracker;
    } catch (CallFailed e) {
      resources.closeAfter(e);
      throw refused(e);
    } catch (IOException | RuntimeException e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /// The tracker that was pinned below this directory, with the marks it made meanwhile. Whether it
  /// is the one that is expected, its [#id] says.
  public static Reopened openPinned(Path directory) {
    Resources resources = new Resources();
    try {
      return new Reopened.Found(reopen(new Pins(directory), resources));
    } catch (IOException | RuntimeException e) {
      resources.closeAfter(e);
      return new Reopened.Refused("no tracker in " + directory + ": " + e.getMessage());
    }
  }

  private static ChangeTracker reopen(Pins pins, Resources resources) throws IOException {
    BpfMap controlMap = pins.control(resources);
    require(controlMap.shape().equals(BpfMap.Shape.pages(1)), "its control map has another shape");
    BpfMap marks = pins.marks(resources);
    MarkingCode.Maps maps = new MarkingCode.Maps(controlMap, marks, null);
    ChangeTracker tracker = new ChangeTracker(maps, resources);
    require(tracker.control.isValid(), "its control page is of another version");
    BpfMap.Shape expected = Marks.shape(tracker.range().length());
    require(marks.shape().equals(expected), "its marks have another size");
    tracker.attachments.addAll(pins.attachments(resources));
    List<Hook> hooks = tracker.attachments.stream().map(Events.Attachment::hook).toList();
    require(tracker.control.isAttachedTo(hooks), "some of its attachments are missing");
    for (Events.Attachment attachment : tracker.attachments) {
      Bpf.Program program = Bpf.attached(attachment.descriptor());
      // One that sees nothing but commands has nothing to mark.
      boolean marking = !program.typed() || attachment.hook() != Hook.RQ_ISSUE;
      require(
          program.name().equals(attachment.hook().program())
              && program.mapIds().contains(controlMap.id())
              && (!marking || program.mapIds().contains(marks.id())),
          "its attachment to " + attachment.hook().tracepoint() + " is none of its own");
    }
    return tracker;
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException(otherwise);
    }
  }

  /// Ends the tracker that is pinned below this directory, if there is one, or what is left of it.
  public static void unpin(Path directory) throws IOException {
    new Pins(directory).remove();
  }

  private static MarkingCode.Maps maps(TrackedRange range, Events events, Resources resources)
      throws IOException {
    BpfMap control = create("cairn_control", BpfMap.Shape.pages(1), resources);
    BpfMap marks = create("cairn_marks", Marks.shape(range.length()), resources);
    UnderWay underWay =
        events.remembers() ? UnderWay.create(control, Bpf.exchanges(), resources) : null;
    return new MarkingCode.Maps(control, marks, underWay);
  }

  private static BpfMap create(String name, BpfMap.Shape shape, Resources resources)
      throws IOException {
    BpfMap map = BpfMap.create(name, shape);
    resources.add(map::close);
    return map;
  }

  private void attach(Hook hook, Events events, TrackedRange range) throws IOException {
    MarkingCode code = new MarkingCode(range, maps);
    events.write(hook, code);
    code.finish();
    byte[] instructions = code.assembler().assemble();
    try (Descriptor program = Bpf.load(hook.program(), events.kind(hook), instructions)) {
      Events.Attachment attachment = events.attach(hook, program);
      resources.add(attachment.descriptor()::close);
      attachments.add(attachment);
    }
  }

  private static IOException refused(CallFailed e) {
    return switch (e.errno()) {
      case Errno.EPERM, Errno.EACCES ->
          new TrackerUnavailable(
              "this process may not load programs into the kernel (it takes root, or CAP_BPF and"
                  + " CAP_PERFMON): "
                  + e.getMessage(),
              e);
      case Errno.ENOSYS ->
          new TrackerUnavailable("this kernel was built without BPF: " + e.getMessage(), e);
      case Errno.ENOMEM ->
          new TrackerUnavailable("there is no memory to track with: " + e.getMessage(), e);
      default -> e;
    };
  }

  public TrackerId id() {
    return control.id();
  }

  public TrackedRange range() {
    return control.range();
  }

  /// 1 to 255.
  public int generation() {
    return control.generation();
  }

  /// What tells a generation that was begun from another with its number: memory may be set back to
  /// a state before, with all that is in it, and numbers be given out again.
  ///
  /// @param generation from 0 to 255
  public long stamp(int generation) {
    return control.stamp(generation);
  }

  /// How often [#advance] will go well.
  public int generationsLeft() {
    return Control.LAST_GENERATION - generation();
  }

  /// Begins the next generation. When this returns no program is at work that could still mark with
  /// an older one.
  ///
  /// @param stamp a number by chance, not 0, see [#stamp]
  /// @return the new generation
  /// @throws GenerationsUsedUp when there is none; nothing has changed then
  public synchronized int advance(long stamp) throws IOException {
    int generation;
    do {
      generation = generation();
      if (generation == Control.LAST_GENERATION) {
        throw new GenerationsUsedUp(id());
      }
    } while (!control.advance(generation, stamp));
    // Not membarrier(2), which refuses where processors run without ticks (nohz_full).
    barrier.hold(maps.control());
    return generation + 1;
  }

  /// Tells what was written in this generation or later: ranges of whole blocks, relative to the
  /// start of what is tracked, ascending, neither touching nor beyond its end.
  ///
  /// @return false when marks were lost in that time: then everything counts as changed, whatever
  ///   the visitor was told
  public boolean changedSince(int generation, RangeVisitor visitor) {
    if (generation < 1 || generation > Control.LAST_GENERATION) {
      throw new IllegalArgumentException("no generation " + generation);
    }
    new Marks(marks, range().length()).visit(generation, visitor);
    return knowsSince(generation);
  }

  /// Whether no marks were lost in this generation or later.
  public boolean knowsSince(int generation) {
    return control.lostGeneration() < generation;
  }

  /// Counts a range as written to in this generation, though it was not.
  ///
  /// @param offset relative to the start of what is tracked, in bytes
  public void mark(long offset, long length) {
    new Marks(marks, range().length()).mark(generation(), offset, length);
  }

  /// Whether marks were ever lost. Generations after that one are good again.
  public boolean isLost() {
    return control.lostGeneration() != 0;
  }

  /// Why marks were lost the last time.
  public Optional<Loss> loss() {
    return control.loss();
  }

  /// What it takes of the kernel's memory.
  public long memoryBytes() {
    BpfMap.Shape shape = maps.marks().shape();
    return (long) shape.valueBytes() * shape.entries() + BpfMap.PAGE_BYTES;
  }

  /// How the programs of one that can be pinned are attached.
  public TrackingSupport.Way way() throws IOException {
    return Bpf.attached(attachments.getFirst().descriptor()).typed()
        ? TrackingSupport.Way.TYPED
        : TrackingSupport.Way.PERF;
  }

  Control control() {
    return control;
  }

  /// Makes it go on without this process, under names in a new directory below a bpffs.
  ///
  /// @return empty when that is so; else why this process has to stay
  public synchronized Optional<String> pin(Path directory) throws IOException {
    if (!attachments.stream().allMatch(Events.Attachment::pinnable)) {
      return Optional.of(
          "this kernel has no type information, and cannot pin perf events (Linux 5.15 can)");
    }
    new Pins(directory).create(maps, attachments);
    return Optional.empty();
  }

  @Override
  public synchronized void close() throws IOException {
    resources.close();
  }
}
