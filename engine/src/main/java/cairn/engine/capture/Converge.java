package cairn.engine.capture;

import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.linux.freeze.FreezeBroken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Captures volumes in use at one moment: copies them, then again and again what was written to
/// meanwhile, until so little is left that it can be read while everything stands still for a
/// moment. Nothing sits in the way of a write.
///
/// *Why it is right.* A write is marked when it is queued and when it ends. What [Writes#since]
/// tells after [Writes#advance] therefore holds every block whose content may have come after it
/// was read. At the moment all writers wait, so what is caught up with then is all there is; and
/// the map of what is in use is read again, as it must not be older than the data.
public final class Converge {
  private static final int MOMENTS_MAX = 3;
  private static final int HOLDS_MAX = 6;
  private static final long RESERVE_BYTES = 16 << 20;

  private final Intake intake;
  private final Stillness stillness;
  private final Limits limits;
  private final Tools tools;
  private final Readers readers;
  private long bytesPerSecond = 1;
  private int passes;

  /// How long to try, and what a moment may cost.
  ///
  /// @param aim how long the moment is to last at most; more passes are made to get there
  /// @param longest how long it may last when writes outrun reading
  /// @param passes how often to catch up at most
  /// @param heldBytes what may be read into memory during the moment
  public record Limits(Duration aim, Duration longest, int passes, long heldBytes) {
    public static final Limits DEFAULT =
        new Limits(Duration.ofMillis(250), Duration.ofSeconds(5), 12, 2L << 30);

    public Limits withLongest(Duration newLongest) {
      return new Limits(aim, newLongest, passes, heldBytes);
    }

    /// With no more memory than half of what the machine has to spare.
    public Limits withMemory(long availableBytes) {
      return new Limits(aim, longest, passes, Math.min(heldBytes, availableBytes / 2));
    }
  }

  /// What the work needs besides.
  public record Tools(InstantSource clock, Progress progress, Cancellation cancellation) {}

  /// How it went.
  ///
  /// @param passes over what had been written to, the last one in the moment
  /// @param bytesReread read more than once, or late
  /// @param moment how long everything stood still; zero when nothing could be made to
  public record Outcome(int passes, long bytesReread, Duration moment) {
    /// Of what nobody waited for.
    Outcome ofSnapshot() {
      return new Outcome(1, 0, Duration.ZERO);
    }
  }

  public Converge(Intake intake, Stillness stillness, Limits limits, Tools tools, Readers readers) {
    this.intake = intake;
    this.stillness = stillness;
    this.limits = limits;
    this.tools = tools;
    this.readers = readers;
  }

  /// @throws CannotConverge when writes outran reading
  Outcome run(List<LiveCopy> copies) throws IOException, CorruptData {
    for (LiveCopy copy : copies) {
      if (copy.seesWrites()) {
        tools.progress.begin("copying " + copy.path(), copy.size());
        copy.firstPass(intake);
      }
    }
    if (!copies.stream().allMatch(LiveCopy::seesWrites)) {
      stillness.settle();
      return takeMoment(copies);
    }
    long before = Long.MAX_VALUE;
    while (true) {
      List<BitSet> written = catchUp(copies);
      long bytes = bytes(copies, written);
      boolean outrun = passes >= limits.passes || bytes > before / 8 * 7;
      if (stillness.isPossible() ? isShort(bytes) || outrun : bytes == 0) {
        return stillness.isPossible() ? takeStanding(copies, written) : takeQuiet(copies);
      }
      if (passes >= limits.passes) {
        throw neverQuiet(copies);
      }
      before = bytes;
      readAgain(copies, written);
    }
  }

  /// How much of a moment, at the longest, is for finding out what is in use. The rest is for
  /// reading.
  Duration mapping() {
    return limits.longest.dividedBy(2);
  }

  InstantSource clock() {
    return tools.clock;
  }

  private boolean isShort(long bytes) {
    return bytes / (double) bytesPerSecond <= limits.aim.toMillis() / 1000.0 / 2;
  }

  private List<BitSet> catchUp(List<LiveCopy> copies) throws IOException {
    passes++;
    List<BitSet> written = new ArrayList<>();
    for (LiveCopy copy : copies) {
      written.add(copy.catchUp());
    }
    return written;
  }

  private interface Measure {
    long bytes(LiveCopy copy, BitSet blocks);
  }

  private static long sum(List<LiveCopy> copies, List<BitSet> blocks, Measure measure) {
    long bytes = 0;
    for (int i = 0; i < copies.size(); i++) {
      bytes += measure.bytes(copies.get(i), blocks.get(i));
    }
    return bytes;
  }

  private static long bytes(List<LiveCopy> copies, List<BitSet> blocks) {
    return sum(copies, blocks, LiveCopy::bytes);
  }

  private static long bytesToHold(List<LiveCopy> copies, List<BitSet> blocks) {
    return sum(copies, blocks, LiveCopy::bytesToHold);
  }

  private void readAgain(List<LiveCopy> copies, List<BitSet> blocks)
      throws IOException, CorruptData {
    tools.cancellation.check();
    long bytes = bytes(copies, blocks);
    tools.progress.begin("catching up", bytes);
    Instant start = tools.clock.instant();
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).readAgain(intake, blocks.get(i));
    }
    long millis = Math.max(1, Duration.between(start, tools.clock.instant()).toMillis());
    bytesPerSecond = Math.max(1, bytes * 1000 / millis);
  }

  /// What is dirty in memory is written out first, and read, so that the moment is short. From here
  /// on blocks are only held: working on them takes long enough for as many to be written again.
  private Outcome takeStanding(List<LiveCopy> copies, List<BitSet> written)
      throws IOException, CorruptData {
    readAgain(copies, written);
    stillness.settle();
    List<BitSet> last = catchUp(copies);
    if (fits(copies, last)) {
      reserve(copies, last);
    }
    long before = Long.MAX_VALUE;
    long bytes = bytesToHold(copies, last);
    for (int holds = 0; holds < HOLDS_MAX && fits(copies, last); holds++) {
      if (isShort(bytes) || bytes > before / 8 * 7) {
        break;
      }
      hold(copies, last);
      stillness.settle();
      last = catchUp(copies);
      before = bytes;
      bytes = bytesToHold(copies, last);
    }
    if (fits(copies, last)) {
      hold(copies, last);
      checkLength(copies, bytes);
    } else {
      storeInstead(copies, last);
    }
    return takeMoment(copies);
  }

  /// Whether there is room for these blocks beside what is held, and for some more in the moment.
  private boolean fits(List<LiveCopy> copies, List<BitSet> blocks) {
    return sum(copies, blocks, LiveCopy::bytesHeldWith) <= limits.heldBytes / 4 * 3;
  }

  /// All that there is room for may be needed in the moment.
  private void storeInstead(List<LiveCopy> copies, List<BitSet> last)
      throws IOException, CorruptData {
    for (LiveCopy copy : copies) {
      copy.storeHeld(intake);
    }
    readAgain(copies, last);
    stillness.settle();
    List<BitSet> since = catchUp(copies);
    reserve(copies, since);
    readAgain(copies, since);
  }

  /// Room for what was written last, and for half as much besides: most of what is written next is
  /// in blocks that are held. To be made before they are, as finding memory takes so long that they
  /// would be written to again.
  private void reserve(List<LiveCopy> copies, List<BitSet> last) {
    for (int i = 0; i < copies.size(); i++) {
      LiveCopy copy = copies.get(i);
      long bytes = copy.bytes(last.get(i)) / 2 * 3;
      copy.reserve(Math.min(bytes + RESERVE_BYTES, limits.heldBytes));
    }
  }

  private void hold(List<LiveCopy> copies, List<BitSet> blocks) throws IOException, CorruptData {
    long bytes = bytesToHold(copies, blocks);
    Instant start = tools.clock.instant();
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).hold(blocks.get(i), readers);
    }
    long millis = Math.max(1, Duration.between(start, tools.clock.instant()).toMillis());
    bytesPerSecond = Math.max(1, bytes * 1000 / millis);
  }

  private Outcome takeMoment(List<LiveCopy> copies) throws IOException, CorruptData {
    for (int attempt = 0; attempt < MOMENTS_MAX; attempt++) {
      Optional<Duration> length = tryMoment(copies);
      if (length.isPresent()) {
        tools.progress.begin("storing what was read last", 0);
        for (LiveCopy copy : copies) {
          copy.storeHeld(intake);
        }
        return outcome(copies, length.get());
      }
    }
    throw cannot(
        copies,
        " did not stand still: its file systems were frozen for longer than allowed ("
            + limits.longest.toMillis()
            + " ms) or thawed by somebody else, or are written to by what cannot be frozen");
  }

  /// @return how long it lasted; empty when somebody wrote all the same
  private Optional<Duration> tryMoment(List<LiveCopy> copies) throws IOException, CorruptData {
    tools.progress.begin("standing still", 0);
    passes++;
    Instant start = tools.clock.instant();
    try (Stillness.Moment moment = stillness.begin()) {
      boolean disturbed = false;
      long bytes = 0;
      for (LiveCopy copy : copies) {
        var _ = copy.catchUp();
        BitSet missing = copy.missing();
        bytes += copy.bytesHeldWith(missing);
        checkRoom(copies, bytes);
        copy.hold(missing, readers);
      }
      for (LiveCopy copy : copies) {
        disturbed |= copy.isDisturbed();
      }
      moment.end();
      Duration length = Duration.between(start, tools.clock.instant());
      return disturbed ? Optional.empty() : Optional.of(length);
    } catch (FreezeBroken e) {
      return Optional.empty(); // what was written since is seen, and read again
    }
  }

  /// As much as was written during the last pass will be there to read in the moment.
  private void checkLength(List<LiveCopy> copies, long bytes) throws CannotConverge {
    long millis = bytes * 1000 / bytesPerSecond;
    if (millis > limits.longest.toMillis()) {
      throw cannot(
          copies,
          " would have to stand still for "
              + millis
              + " ms, as it is written to faster than it can be read: back it up when less is"
              + " written, or allow a longer freeze");
    }
  }

  private void checkRoom(List<LiveCopy> copies, long bytes) throws CannotConverge {
    if (bytes > limits.heldBytes) {
      throw cannot(
          copies,
          " would take "
              + (bytes >> 20)
              + " MiB of memory to be read at one moment, more than there is to spare: back it up"
              + " when less is written");
    }
  }

  /// Without a freeze: a pass during which nobody wrote is as good.
  private Outcome takeQuiet(List<LiveCopy> copies) throws IOException, CorruptData {
    do {
      for (LiveCopy copy : copies) {
        copy.readAgain(intake, copy.missing());
      }
      List<BitSet> since = catchUp(copies);
      if (bytes(copies, since) == 0) {
        return outcome(copies, Duration.ZERO);
      }
      readAgain(copies, since);
    } while (passes < limits.passes);
    throw neverQuiet(copies);
  }

  private static CannotConverge neverQuiet(List<LiveCopy> copies) {
    return cannot(copies, " is written to all the time and cannot be frozen: stop what writes");
  }

  /// When it is not known what was written, the rest is but a consequence.
  private static CannotConverge cannot(List<LiveCopy> copies, String why) {
    for (LiveCopy copy : copies) {
      Optional<String> loss = copy.loss();
      if (loss.isPresent()) {
        return new CannotConverge(
            copy.path()
                + " cannot be captured while it is in use, as not every write to it was seen: "
                + loss.get()
                + "; stop what does that, and try again");
      }
    }
    return new CannotConverge(names(copies) + why);
  }

  private Outcome outcome(List<LiveCopy> copies, Duration moment) {
    long reread = copies.stream().mapToLong(LiveCopy::bytesReread).sum();
    return new Outcome(passes, reread, moment);
  }

  private static String names(List<LiveCopy> copies) {
    return String.join(" or ", copies.stream().map(LiveCopy::path).toList());
  }
}
