package cairn.linux.tracking;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.DeviceNumber;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
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
/// |     48 |     4 | number of attachments                                                  |
/// |     56 |     1 | generation, 1 to 255: programs read it at each mark                     |
/// |     64 |     1 | last generation in which marks were lost, 0 for never: written by programs |
/// |     65 |     1 | why, a number of [Loss] ; written by programs                         |
///
/// Each byte is written by one store, so that no processor sees half of it. What programs write
/// lies in another cache line than what they read.
record Control(MemorySegment page) {
  static final int GENERATION_OFFSET = 56;
  static final int LOST_OFFSET = 64;
  static final int REASON_OFFSET = 65;
  static final int LAST_GENERATION = 255;

  private static final long MAGIC = 0x6361_6972_6e74_0001L;
  private static final VarHandle BYTE = JAVA_BYTE.varHandle();

  void initialize(TrackerId id, TrackedRange range, int attachments) {
    page.set(JAVA_LONG, 8, id.high());
    page.set(JAVA_LONG, 16, id.low());
    page.set(JAVA_INT, 24, range.disk().major());
    page.set(JAVA_INT, 28, range.disk().minor());
    page.set(JAVA_LONG, 32, range.offset());
    page.set(JAVA_LONG, 40, range.length());
    page.set(JAVA_INT, 48, attachments);
    generation(1);
    page.set(JAVA_LONG, 0, MAGIC);
  }

  boolean isValid() {
    return page.get(JAVA_LONG, 0) == MAGIC && generation() != 0;
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

  int attachments() {
    return page.get(JAVA_INT, 48);
  }

  int generation() {
    return unsigned(GENERATION_OFFSET);
  }

  void generation(int generation) {
    BYTE.setVolatile(page, (long) GENERATION_OFFSET, (byte) generation);
  }

  /// 0 when none was ever lost.
  int lostGeneration() {
    return unsigned(LOST_OFFSET);
  }

  Optional<Loss> loss() {
    return Loss.of(unsigned(REASON_OFFSET));
  }

  private int unsigned(long offset) {
    return Byte.toUnsignedInt((byte) BYTE.getVolatile(page, offset));
  }
}
