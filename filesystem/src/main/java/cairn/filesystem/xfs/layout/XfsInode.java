package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.time.Instant;
import java.util.Optional;

/// An inode, `struct xfs_dinode`. After its core come what it holds, the data fork, and its
/// attributes, each of which may lie in it, list extents, or be the root of a tree of extents.
///
/// | offset | bytes | field                                                              |
/// |-------:|------:|--------------------------------------------------------------------|
/// |      0 |     4 | `IN`, mode                                                         |
/// |      4 |     2 | version: 3 with checksums; format of the data fork                 |
/// |      6 |     2 | links, with version 1                                              |
/// |      8 |     8 | owner, group                                                       |
/// |     16 |     4 | links                                                              |
/// |     24 |     8 | extents of the data fork, with large counts                        |
/// |     32 |    24 | times of access, modification, change, see below                   |
/// |     56 |    16 | size, blocks                                                       |
/// |     72 |     4 | hint for the size of extents                                       |
/// |     76 |     6 | extents of data fork and attributes; of attributes with large counts |
/// |     82 |     2 | where the attributes begin, in 8 bytes; their format               |
/// |     90 |     2 | flags                                                              |
/// |     96 |     4 | next inode of those that have lost their names                     |
/// |    100 |     4 | checksum; from here on with version 3 only                         |
/// |    112 |     8 | log sequence number                                                |
/// |    120 |    12 | flags; hint for the size of extents copied on write                |
/// |    144 |     8 | time of creation                                                   |
/// |    152 |    24 | its number; UUID                                                   |
///
/// A time is seconds and nanoseconds, u32 each; or, with a flag, nanoseconds since 2^31 seconds
/// before 1970, u64.
public final class XfsInode {
  public static final int REALTIME = 0x1;
  public static final int DEVICE_FORMAT = 0;
  public static final int LOCAL_FORMAT = 1;
  public static final int EXTENTS_FORMAT = 2;
  public static final int TREE_FORMAT = 3;

  private static final String MAGIC = "IN";
  private static final int CORE_BYTES = 100;
  private static final int CORE_BYTES_3 = 176;
  private static final long FLAG_BIG_TIMES = 0x8;
  private static final long FLAG_LARGE_COUNTS = 0x10;
  private static final long NANOS = 1_000_000_000;
  private static final long BIG_TIMES_EPOCH = 1L << 31;

  private final XfsSuperblock superblock;
  private final Fields fields;
  private final int from;
  private final long number;

  private XfsInode(XfsSuperblock superblock, Fields fields, int from, long number) {
    this.superblock = superblock;
    this.fields = fields;
    this.from = from;
    this.number = number;
  }

  /// Checks magic, version, seal and number.
  ///
  /// @param from where it begins in the bytes
  public static XfsInode of(XfsSource source, Fields fields, int from, long number)
      throws CorruptData {
    XfsInode inode = new XfsInode(source.superblock(), fields, from, number);
    inode.check(fields.holds(from, MAGIC), "magic", fields.u16(from), MAGIC);
    int version = fields.u8(from + 4);
    boolean checksums = source.superblock().hasChecksums();
    boolean good = checksums ? version == 3 : version == 1 || version == 2;
    inode.check(good, "version", version, checksums ? "3" : "2");
    if (checksums) {
      Subject subject = inode.subject();
      XfsSeal.INODE.checkSum(fields, from, source.superblock().inodeBytes(), subject);
      source.checkMarks(XfsSeal.INODE, fields, from, subject);
      subject.checkEqual(fields.u64(from + XfsSeal.INODE.ownerAt()), number, "number");
    }
    return inode;
  }

  /// One that is in use, checked.
  ///
  /// @param from where it begins in the bytes
  public static XfsInode used(XfsSource source, Fields fields, int from, long number)
      throws CorruptData {
    XfsInode inode = of(source, fields, from, number);
    inode.check(!inode.isFree(), "mode", 0, "in use");
    XfsInodeShape.check(inode);
    return inode;
  }

  public long number() {
    return number;
  }

  public Subject subject() {
    return Subject.of("inode", Long.toUnsignedString(number));
  }

  XfsSuperblock superblock() {
    return superblock;
  }

  public boolean isFree() {
    return mode() == 0;
  }

  public int mode() {
    return fields.u16(from + 2);
  }

  int version() {
    return fields.u8(from + 4);
  }

  public long user() {
    return fields.u32(from + 8);
  }

  public long group() {
    return fields.u32(from + 12);
  }

  public long links() {
    return version() == 1 ? fields.u16(from + 6) : fields.u32(from + 16);
  }

  public Instant accessed() {
    return time(32);
  }

  public Instant modified() {
    return time(40);
  }

  public Instant changed() {
    return time(48);
  }

  public Optional<Instant> created() {
    return version() == 3 ? Optional.of(time(144)) : Optional.empty();
  }

  public long size() {
    return fields.u64(from + 56);
  }

  /// All blocks that belong to it.
  public long blocks() {
    return fields.u64(from + 64);
  }

  long extentHint() {
    return fields.u32(from + 72);
  }

  public int flags() {
    return fields.u16(from + 90);
  }

  public long nextUnnamed() {
    return fields.u32(from + 96);
  }

  long flags2() {
    return version() == 3 ? fields.u64(from + 120) : 0;
  }

  long copyHint() {
    return version() == 3 ? fields.u32(from + 128) : 0;
  }

  /// The number that a device node stands for, as `sysv_encode_dev` makes it.
  public long device() {
    return fields.u32(from + coreBytes());
  }

  public XfsFork data() {
    int length = attributesAt() == 0 ? forkBytes() : attributesAt();
    return new XfsFork(this, XfsFork.Use.DATA, fields, from + coreBytes(), length);
  }

  /// Empty when it has no room for attributes.
  public Optional<XfsFork> attributes() {
    int at = attributesAt();
    return at == 0
        ? Optional.empty()
        : Optional.of(
            new XfsFork(
                this, XfsFork.Use.ATTRIBUTES, fields, from + coreBytes() + at, forkBytes() - at));
  }

  int format(XfsFork.Use use) {
    return fields.u8(from + (use == XfsFork.Use.DATA ? 5 : 83));
  }

  long extents(XfsFork.Use use) {
    boolean large = (flags2() & FLAG_LARGE_COUNTS) != 0;
    if (use == XfsFork.Use.DATA) {
      return large ? fields.u64(from + 24) : fields.u32(from + 76);
    }
    return large ? fields.u32(from + 76) : fields.u16(from + 80);
  }

  /// What is to be zero: large counts and the room for them exclude each other.
  long padding() {
    if (version() != 3) {
      return 0;
    }
    boolean large = (flags2() & FLAG_LARGE_COUNTS) != 0;
    return large ? fields.u16(from + 80) : fields.u64(from + 24);
  }

  /// Where the attributes begin behind the core, or 0.
  int attributesAt() {
    return fields.u8(from + 82) * 8;
  }

  /// How many bytes the two forks have.
  int forkBytes() {
    return superblock.inodeBytes() - coreBytes();
  }

  /// The nanoseconds of a time as they were written, 0 for times that cannot be wrong.
  long nanos(int at) {
    return hasBigTimes() ? 0 : fields.u32(from + at + 4);
  }

  public void check(boolean good, String field, long have, String expect) throws CorruptData {
    if (!good) {
      throw subject().corrupt(field, Long.toString(have), expect);
    }
  }

  private boolean hasBigTimes() {
    return (flags2() & FLAG_BIG_TIMES) != 0;
  }

  private Instant time(int at) {
    if (hasBigTimes()) {
      long time = fields.u64(from + at);
      long seconds = Long.divideUnsigned(time, NANOS) - BIG_TIMES_EPOCH;
      return Instant.ofEpochSecond(seconds, Long.remainderUnsigned(time, NANOS));
    }
    return Instant.ofEpochSecond(fields.i32(from + at), fields.u32(from + at + 4));
  }

  private int coreBytes() {
    return version() == 3 ? CORE_BYTES_3 : CORE_BYTES;
  }
}
