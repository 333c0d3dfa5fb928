package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import cairn.linux.fuse.FuseTree.Stat;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/// An answer in the making: `struct fuse_out_header` (`linux/fuse.h`) and what follows it.
///
/// | offset | bytes | field                        |
/// |-------:|------:|------------------------------|
/// |      0 |     4 | length, with this header     |
/// |      4 |     4 | error number, negative, or 0 |
/// |      8 |     8 | the request that it answers  |
final class Reply {
  static final int HEADER_BYTES = 16;

  /// `struct fuse_attr`.
  static final int ATTRIBUTES_BYTES = 88;

  /// `struct fuse_entry_out`.
  static final int ENTRY_BYTES = 40 + ATTRIBUTES_BYTES;

  /// What is shown never changes, so the kernel may keep it: for a year, which no reader outlives.
  private static final long VALID_SECONDS = 365L * 24 * 3600;

  /// A name has 1024 bytes at most (`FUSE_NAME_MAX`).
  static final int NOTICE_BYTES_MAX = HEADER_BYTES + 16 + 1024 + 1;

  private static final int NOTIFY_INVAL_ENTRY = 3;

  private static final int BLOCK_BYTES = 4096;

  private final MemorySegment segment;
  private int length;

  Reply(MemorySegment segment) {
    this.segment = segment;
  }

  /// How many bytes it has so far.
  int length() {
    return length;
  }

  /// How many more there may be.
  int room() {
    return (int) segment.byteSize() - length;
  }

  /// Begins anew.
  void start() {
    length = HEADER_BYTES;
  }

  /// The answer, whole.
  ///
  /// @param errno 0 when good; otherwise there is nothing but the header
  MemorySegment finish(long request, int errno) {
    length = errno == 0 ? length : HEADER_BYTES;
    segment.set(JAVA_INT, 0, length);
    segment.set(JAVA_INT, 4, -errno);
    segment.set(JAVA_LONG, 8, request);
    return segment.asSlice(0, length);
  }

  /// What no request was made for: `struct fuse_notify_inval_entry_out` and the name.
  MemorySegment forgetEntry(FuseTree.Entry entry) {
    byte[] name = entry.name();
    start();
    u64(entry.directory()).u32(name.length).u32(0).raw(name, name.length).zeros(1);
    MemorySegment notice = finish(0, 0);
    segment.set(JAVA_INT, 4, NOTIFY_INVAL_ENTRY);
    return notice;
  }

  Reply u16(int value) {
    segment.set(JAVA_SHORT, length, (short) value);
    length += 2;
    return this;
  }

  Reply u32(long value) {
    segment.set(JAVA_INT, length, (int) value);
    length += 4;
    return this;
  }

  Reply u64(long value) {
    segment.set(JAVA_LONG, length, value);
    length += 8;
    return this;
  }

  Reply raw(byte[] bytes, int count) {
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, length, count);
    length += count;
    return this;
  }

  Reply zeros(int count) {
    segment.asSlice(length, count).fill((byte) 0);
    length += count;
    return this;
  }

  /// `struct fuse_entry_out`: node, generation, how long name and attributes are valid, attributes.
  Reply entry(Stat stat) {
    return u64(stat.number())
        .u64(0)
        .u64(VALID_SECONDS)
        .u64(VALID_SECONDS)
        .zeros(8)
        .attributes(stat);
  }

  /// `struct fuse_attr_out`.
  Reply attributesAlone(Stat stat) {
    return u64(VALID_SECONDS).zeros(8).attributes(stat);
  }

  /// `struct fuse_attr`.
  private Reply attributes(Stat stat) {
    Instant accessed = stat.times().accessed();
    Instant modified = stat.times().modified();
    Instant changed = stat.times().changed();
    return u64(stat.number())
        .u64(stat.size())
        .u64((stat.allocated() + 511) >>> 9)
        .u64(accessed.getEpochSecond())
        .u64(modified.getEpochSecond())
        .u64(changed.getEpochSecond())
        .u32(accessed.getNano())
        .u32(modified.getNano())
        .u32(changed.getNano())
        .u32(stat.mode())
        .u32(stat.links())
        .u32(stat.owner().user())
        .u32(stat.owner().group())
        .u32(device(stat.device().major(), stat.device().minor()))
        .u32(BLOCK_BYTES)
        .u32(0);
  }

  /// As `new_encode_dev` of `linux/kdev_t.h` does.
  private static int device(int major, int minor) {
    return (minor & 0xFF) | (major << 8) | ((minor & ~0xFF) << 12);
  }
}
