package cairn.filesystem.ext.disk;

import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_HUGE_FILE;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// An inode, `struct ext4_inode`: 128 bytes, or what the superblock says. Little-endian; what lies
/// from 0x80 on is there as far as the extra size says.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |   0x00 |     2 | mode                                                        |
/// |   0x02 |     2 | owner, low half                                             |
/// |   0x04 |     4 | size, low half                                              |
/// |   0x08 |    12 | seconds of access, change, modification                     |
/// |   0x14 |     4 | seconds of deletion, or the next orphan                     |
/// |   0x18 |     2 | group, low half                                             |
/// |   0x1a |     2 | links                                                       |
/// |   0x1c |     4 | blocks, low part                                            |
/// |   0x20 |     4 | flags                                                       |
/// |   0x24 |     4 | version, low half                                           |
/// |   0x28 |    60 | map of blocks, root of extents, target or content           |
/// |   0x64 |     4 | generation                                                  |
/// |   0x68 |     4 | block of extended attributes, low part                      |
/// |   0x6c |     4 | size, high half                                             |
/// |   0x70 |     4 | fragment, of no use                                         |
/// |   0x74 |     2 | blocks, high part, with HUGE_FILE                           |
/// |   0x76 |     2 | block of extended attributes, high part                     |
/// |   0x78 |     4 | owner and group, high halves                                |
/// |   0x7c |     2 | checksum, low half                                          |
/// |   0x80 |     2 | extra size                                                  |
/// |   0x82 |     2 | checksum, high half                                         |
/// |   0x84 |    12 | extra of change, modification, access: 2 bits epoch, 30 ns  |
/// |   0x90 |     8 | seconds and extra of creation                               |
public final class Inode {
  public static final int FLAG_IMMUTABLE = 0x10;
  public static final int FLAG_APPEND = 0x20;
  public static final int FLAG_ENCRYPTED = 0x800;
  public static final int FLAG_INDEX = 0x1000;
  public static final int FLAG_IMAGIC = 0x2000;
  public static final int FLAG_HUGE = 0x4_0000;
  public static final int FLAG_EXTENTS = 0x8_0000;
  public static final int FLAG_VERITY = 0x10_0000;
  public static final int FLAG_VALUE = 0x20_0000;
  public static final int FLAG_INLINE = 0x1000_0000;
  public static final int FLAG_CASEFOLD = 0x4000_0000;

  public static final long BAD_BLOCKS = 1;
  public static final long ROOT = 2;
  public static final long BOOT_LOADER = 5;
  public static final long RESIZE = 7;
  public static final long JOURNAL = 8;
  public static final int MAP_AT = 0x28;
  public static final int MAP_BYTES = 60;

  /// How many block numbers are in the map.
  public static final int MAP_SLOTS = 15;

  /// Where the part that not every inode has begins.
  public static final int CORE_BYTES = 128;

  private static final int TYPE_SHIFT = 12;
  private static final List<Optional<Attributes.Type>> TYPES =
      IntStream.range(0, 16).mapToObj(bits -> Attributes.Type.ofMode(bits << TYPE_SHIFT)).toList();

  private static final int PREFIX_BYTES = 2 * Integer.BYTES;
  private static final int GENERATION_AT = 0x64;
  private static final int CHECKSUM_AT = 0x7c;
  private static final int HIGH_CHECKSUM_AT = 0x82;
  private static final int EXTRA_AT = 0x80;
  private static final int EPOCH_BITS = 2;
  private static final int EXTRA_OF_ACCESS = 0x8c;
  private static final int EXTRA_OF_CHANGE = 0x84;
  private static final int EXTRA_OF_MODIFICATION = 0x88;
  private static final int CREATION = 0x90;
  private static final int EXTRA_OF_CREATION = 0x94;

  private final long number;
  private final Fields table;
  private final int at;
  private final ExtSuperblock superblock;

  /// @param table what the inode was read with; not copied
  /// @param at where it begins in it
  public Inode(long number, Fields table, int at, ExtSuperblock superblock) {
    this.number = number;
    this.table = table;
    this.at = at;
    this.superblock = superblock;
  }

  public long number() {
    return number;
  }

  public Subject subject() {
    return Subject.of("inode", Long.toString(number));
  }

  /// The table that it lies in, and where.
  public Fields table() {
    return table;
  }

  public int at() {
    return at;
  }

  public int mode() {
    return table.u16(at);
  }

  public Optional<Attributes.Type> type() {
    return TYPES.get(mode() >>> TYPE_SHIFT);
  }

  public boolean is(Attributes.Type type) {
    return type().orElse(null) == type;
  }

  public long user() {
    return table.u16(at + 0x02) | (long) table.u16(at + 0x78) << 16;
  }

  public long group() {
    return table.u16(at + 0x18) | (long) table.u16(at + 0x7a) << 16;
  }

  /// Negative when it is 2^63 or more.
  public long size() {
    return table.u32(at + 0x04) | table.u32(at + 0x6c) << 32;
  }

  public boolean isLong() {
    return table.i32(at + 0x6c) != 0;
  }

  public long deleted() {
    return table.u32(at + 0x14);
  }

  public int links() {
    return table.u16(at + 0x1a);
  }

  public int flags() {
    return table.i32(at + 0x20);
  }

  public boolean has(int flag) {
    return (flags() & flag) != 0;
  }

  public long generation() {
    return table.u32(at + GENERATION_AT);
  }

  public long fragment() {
    return table.u32(at + 0x70);
  }

  public int highBlocks() {
    return table.u16(at + 0x74);
  }

  /// What is counted as taken: in units of 512 bytes, or of a block when it is huge.
  public long blocks() {
    boolean high = superblock.readOnlyCompat(RO_COMPAT_HUGE_FILE);
    return table.u32(at + 0x1c) | (high ? (long) highBlocks() << 32 : 0);
  }

  public boolean countsBlocks() {
    return superblock.readOnlyCompat(RO_COMPAT_HUGE_FILE) && has(FLAG_HUGE);
  }

  public long attributeBlock() {
    return table.u32(at + 0x68) | (long) highAttributeBlock() << 32;
  }

  public int highAttributeBlock() {
    return table.u16(at + 0x76);
  }

  /// A number of the map of blocks.
  public long slot(int index) {
    return table.u32(at + MAP_AT + index * Integer.BYTES);
  }

  public boolean isInline() {
    return has(FLAG_INLINE);
  }

  public boolean hasExtents() {
    return has(FLAG_EXTENTS);
  }

  /// Whether the target of a symbolic link stands in the inode itself.
  public boolean isShortLink() {
    return is(Attributes.Type.SYMBOLIC_LINK)
        && size() > 0
        && size() < MAP_BYTES
        && !hasExtents()
        && !isInline();
  }

  /// How much of it lies behind the first 128 bytes.
  public int extraBytes() {
    return superblock.inodeBytes() > CORE_BYTES ? table.u16(at + EXTRA_AT) : 0;
  }

  /// Of a value of an extended attribute: how many attributes have it.
  public long references() {
    return table.u32(at + 0x0c) << 32 | table.u32(at + 0x24);
  }

  /// Of a value of an extended attribute: its hash.
  public int valueHash() {
    return table.i32(at + 0x08);
  }

  /// What old implementations kept in a value of an extended attribute: the inode that has it.
  public long owner() {
    return table.u32(at + 0x10);
  }

  public Attributes.Device device() {
    long small = slot(0);
    if (small != 0) {
      return new Attributes.Device((int) ((small >>> 8) & 0xFF), (int) (small & 0xFF));
    }
    long wide = slot(1);
    int minor = (int) ((wide & 0xFF) | ((wide >>> 12) & 0xFFF00));
    return new Attributes.Device((int) ((wide >>> 8) & 0xFFF), minor);
  }

  public Attributes.Times times() {
    Optional<Instant> created =
        holds(EXTRA_OF_CREATION)
            ? Optional.of(time(CREATION, EXTRA_OF_CREATION))
            : Optional.empty();
    return new Attributes.Times(
        time(0x08, EXTRA_OF_ACCESS),
        time(0x10, EXTRA_OF_MODIFICATION),
        time(0x0c, EXTRA_OF_CHANGE),
        created);
  }

  /// Whether a time before 1970 has the epoch of one after 2310, which old kernels wrote.
  public boolean hasOldTime() {
    return isOldTime(0x08, EXTRA_OF_ACCESS)
        || isOldTime(0x0c, EXTRA_OF_CHANGE)
        || isOldTime(0x10, EXTRA_OF_MODIFICATION)
        || isOldTime(CREATION, EXTRA_OF_CREATION);
  }

  private boolean isOldTime(int seconds, int extra) {
    return holds(extra) && table.i32(at + seconds) < 0 && (table.i32(at + extra) & 3) == 3;
  }

  private Instant time(int seconds, int extra) {
    long low = table.i32(at + seconds);
    if (!holds(extra)) {
      return Instant.ofEpochSecond(low);
    }
    long bits = table.u32(at + extra);
    long epoch = bits & ((1 << EPOCH_BITS) - 1);
    return Instant.ofEpochSecond(low + (epoch << 32), bits >>> EPOCH_BITS);
  }

  private boolean holds(int field) {
    return extraBytes() >= field + Integer.BYTES - CORE_BYTES
        && superblock.inodeBytes() >= field + Integer.BYTES;
  }

  /// What the checksums of its structures start with.
  public int checksumSeed() {
    return RawCrc32c.of(superblock.checksumSeed(), prefix(PREFIX_BYTES));
  }

  /// Its number and generation, which each of its checksums covers first.
  private byte[] prefix(int length) {
    byte[] bytes = new byte[length];
    for (int index = 0; index < Integer.BYTES; index++) {
      bytes[index] = (byte) (number >>> (8 * index));
      bytes[Integer.BYTES + index] = table.bytes()[at + GENERATION_AT + index];
    }
    return bytes;
  }

  /// One that was never written is all zeros, and is good.
  public void checkSeal() throws CorruptData {
    if (!superblock.hasChecksums()) {
      return;
    }
    boolean high = extraBytes() >= HIGH_CHECKSUM_AT + 2 - CORE_BYTES;
    byte[] covered = prefix(PREFIX_BYTES + superblock.inodeBytes());
    System.arraycopy(table.bytes(), at, covered, PREFIX_BYTES, superblock.inodeBytes());
    clear(covered, CHECKSUM_AT);
    if (high) {
      clear(covered, HIGH_CHECKSUM_AT);
    }
    long crc = RawCrc32c.of(superblock.checksumSeed(), covered) & 0xFFFF_FFFFL;
    long kept =
        table.u16(at + CHECKSUM_AT) | (high ? (long) table.u16(at + HIGH_CHECKSUM_AT) << 16 : 0);
    long expected = high ? crc : crc & 0xFFFF;
    if (kept != expected && !isZero()) {
      throw subject().corrupt("checksum", Long.toString(kept), Long.toString(expected));
    }
  }

  private static void clear(byte[] covered, int field) {
    covered[PREFIX_BYTES + field] = 0;
    covered[PREFIX_BYTES + field + 1] = 0;
  }

  /// Whether nothing was ever written to it.
  public boolean isZero() {
    byte[] bytes = table.bytes();
    for (int index = at; index < at + superblock.inodeBytes(); index++) {
      if (bytes[index] != 0) {
        return false;
      }
    }
    return true;
  }
}
