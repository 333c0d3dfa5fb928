package cairn.linux.tracking;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.DeviceNumber;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;

/// What a tracker and its programs tell each other, in a page that they share. In the byte order of
/// the machine, which never leaves it.
///
/// | offset | bytes | field                                                                  |
/// |-------:|------:|------------------------------------------------------------------------|
/// |      0 |     8 | magic and version of this layout                                       |
/// |      8 |    16 | id of the tracker                                                      |
/// |     24 |     8 | major and minor number of the disk                                     |
/// |     32 |     8 | offset of the range                                                    |
/// |     40 |     8 | length of the range                                                    |
/// |     48 |     4 | tracepoints that are attached to, a bit for each number of [Hook]       |
/// |     56 |     4 | generation, 1 to 255: programs read its first byte at each mark        |
/// |     64 |     1 | last generation in which marks were lost, 0 for never: written by programs |
/// |     65 |     1 | why, a number of [Loss] ; written by programs                         |
/// |     72 |     8 | always 0, see [MarkingCode#forgetBounds]                               |
/// |     80 |     8 | bios in the hash table of [UnderWay], written by programs              |
/// |    128 | 8 x 256 | for each generation that was begun a number by chance; 0 for others  |
///
/// Programs read and write single bytes, or eight in one step, of which no processor sees half.
/// What they write lies in another cache line than the generation, which they always read.
record Control(MemorySegment page) {
  static final int GENERATION_OFFSET = 56;
  static final int LOST_OFFSET = 64;
  static final int REASON_OFFSET = 65;
  static final int ZERO_OFFSET = 72;
  static final int ELSEWHERE_OFFSET = 80;
  static final int LAST_GENERATION = 255;

  private static final long MAGIC = 0x6361_6972_6e74_0002L;
  private static final VarHandle GENERATION = JAVA_INT.varHandle();
  private static final long STAMPS_OFFSET = 128;
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final VarHandle BYTE = JAVA_BYTE.varHandle();

  void initialize(TrackerId id, TrackedRange range, List<Hook> hooks) {
    page.set(JAVA_LONG, 8, id.high());
    page.set(JAVA_LONG, 16, id.low());
    page.set(JAVA_INT, 24, range.disk().major());
    page.set(JAVA_INT, 28, range.disk().minor());
    page.set(JAVA_LONG, 32, range.offset());
    page.set(JAVA_LONG, 40, range.length());
    page.set(JAVA_INT, 48, bits(hooks));
    page.set(JAVA_INT, GENERATION_OFFSET, 1);
    page.set(JAVA_LONG, 0, MAGIC);
  }

  boolean isValid() {
    return page.get(JAVA_LONG, 0) == MAGIC && generation() >= 1 && generation() <= LAST_GENERATION;
  }

  TrackerId id() {
    return new TrackerId(page.get(JAVA_LONG, 8), page.get(JAVA_LONG, 16));
  }

  /// @throws IllegalArgumentException when it is none
  TrackedRange range() {
    return new TrackedRange(
        new DeviceNumber(page.get(JAVA_INT, 24), page.get(JAVA_INT, 28)),
        page.get(JAVA_LONG, 32),
        page.get(JAVA_LONG, 40));
  }

  boolean isAttachedTo(List<Hook> hooks) {
    return page.get(JAVA_INT, 48) == bits(hooks);
  }

  int generation() {
    return (int) GENERATION.getVolatile(page, (long) GENERATION_OFFSET);
  }

  /// @param stamp for the next generation, unless it has one
  /// @return false when it is another one by now, and stays that
  boolean advance(int generation, long stamp) {
    boolean _ = LONG.compareAndSet(page, stampOffset(generation + 1), 0L, stamp);
    return GENERATION.compareAndSet(page, (long) GENERATION_OFFSET, generation, generation + 1);
  }

  /// What tells a generation from another with its number, that was begun after the machine was set
  /// back to a state before.
  long stamp(int generation) {
    return (long) LONG.getVolatile(page, stampOffset(generation));
  }

  private static long stampOffset(int generation) {
    return STAMPS_OFFSET + (long) generation * Long.BYTES;
  }

  /// 0 when none was ever lost.
  int lostGeneration() {
    return unsigned(LOST_OFFSET);
  }

  /// As programs do it.
  void lose(Loss why) {
    BYTE.setVolatile(page, (long) LOST_OFFSET, (byte) generation());
    BYTE.setVolatile(page, (long) REASON_OFFSET, (byte) why.number());
  }

  Optional<Loss> loss() {
    return Loss.of(unsigned(REASON_OFFSET));
  }

  private static int bits(List<Hook> hooks) {
    return hooks.stream().mapToInt(hook -> 1 << hook.number()).sum();
  }

  private int unsigned(long offset) {
    return Byte.toUnsignedInt((byte) BYTE.getVolatile(page, offset));
  }
}
