package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;

/// A node of a tree of extents, `fs/ext4/ext4_extents.h`: a header of 12 bytes, entries of 12 bytes
/// each, and in a block a checksum behind the space for entries. Little-endian.
///
/// | offset | bytes | field of the header                                         |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     2 | magic, 0xF30A                                               |
/// |      2 |     2 | entries                                                     |
/// |      4 |     2 | entries that there is space for                             |
/// |      6 |     2 | depth: 0 for a leaf                                         |
///
/// An entry begins with its first logical block (4). In a leaf follow the length (2; 32768 less
/// when it was never written) and the physical block (2 high, 4 low), elsewhere the block of the
/// node below (4 low, 2 high).
public final class ExtentNode {
  /// How deep a tree can be.
  public static final int DEPTH_MAX = 5;

  /// Logical blocks have 32 bits.
  public static final long LOGICAL_END = 1L << 32;

  private static final int MAGIC = 0xF30A;
  private static final int HEADER_BYTES = 12;
  private static final int ENTRY_BYTES = 12;
  private static final int UNWRITTEN = 1 << 15;

  private final Fields fields;
  private final int at;
  private final int size;

  private ExtentNode(Fields fields, int at, int size) {
    this.fields = fields;
    this.at = at;
    this.size = size;
  }

  /// The root of the tree, in the inode itself.
  public static ExtentNode root(Inode inode) {
    return new ExtentNode(inode.table(), inode.at() + Inode.MAP_AT, Inode.MAP_BYTES);
  }

  /// @param block the whole block; not copied
  public static ExtentNode of(byte[] block) {
    return new ExtentNode(Fields.littleEndian(block), 0, block.length);
  }

  public boolean hasMagic() {
    return fields.u16(at) == MAGIC;
  }

  public int entries() {
    return fields.u16(at + 2);
  }

  public int depth() {
    return fields.u16(at + 6);
  }

  public boolean isLeaf() {
    return depth() == 0;
  }

  /// The first logical block of an entry.
  public long logical(int index) {
    return fields.u32(entry(index));
  }

  /// How many blocks the entry of a leaf maps.
  public int length(int index) {
    int length = fields.u16(entry(index) + 4);
    return length <= UNWRITTEN ? length : length - UNWRITTEN;
  }

  public boolean isWritten(int index) {
    return fields.u16(entry(index) + 4) <= UNWRITTEN;
  }

  /// The first block that the entry of a leaf maps to, or the node below.
  public long physical(int index) {
    int entry = entry(index);
    return isLeaf()
        ? fields.u32(entry + 8) | (long) fields.u16(entry + 6) << 32
        : fields.u32(entry + 4) | (long) fields.u16(entry + 8) << 32;
  }

  /// The last entry that begins at or before a logical block; -1 when there is none.
  public int find(long logical) {
    int low = 0;
    int high = entries() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (logical(middle) <= logical) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /// @param depth what the node above says; -1 for a root
  public void checkHeader(Subject subject, int depth) throws CorruptData {
    subject.checkEqual(fields.u16(at), MAGIC, "magic");
    int space = (size - HEADER_BYTES) / ENTRY_BYTES;
    int max = fields.u16(at + 4);
    boolean fits = max <= space && max >= space - 2;
    subject.check(fits, "space for entries", max, space);
    subject.checkWithin(entries(), isLeaf() ? 0 : 1, max, "entries");
    subject.checkWithin(depth(), 0, DEPTH_MAX, "depth");
    subject.check(depth < 0 || depth() == depth, "depth", (long) depth(), depth);
  }

  /// Checks the checksum of a node in a block, whose header was checked.
  public void checkSeal(Subject subject, int seed) throws CorruptData {
    int end = HEADER_BYTES + ENTRY_BYTES * fields.u16(at + 4);
    int crc = RawCrc32c.of(seed, fields.bytes(), at, end);
    subject.checkEqual(fields.i32(at + end), crc, "checksum");
  }

  /// Checks an entry by itself.
  ///
  /// @param span what it may map
  public void checkEntry(int index, Span span, Subject subject, ExtSuperblock superblock)
      throws CorruptData {
    Subject entry = subject.slot(index);
    long first = logical(index);
    entry.checkWithin(first, span.from(), span.to() - 1, "logical block");
    int length = isLeaf() ? length(index) : 1;
    long most = span.to() - first;
    entry.checkWithin(length, 1, most, "length");
    long block = physical(index);
    if (!superblock.holds(block, length)) {
      throw entry.corrupt("block", Long.toString(block), "within 0.." + superblock.blocks());
    }
  }

  /// Checks everything that is needed to find a way in it.
  public void checkEntries(Span span, Subject subject, ExtSuperblock superblock)
      throws CorruptData {
    long from = span.from();
    for (int index = 0; index < entries(); index++) {
      checkEntry(index, new Span(from, span.to()), subject, superblock);
      from = logical(index) + (isLeaf() ? length(index) : 1);
    }
  }

  /// What the node below an entry may map.
  public Span below(int index, Span span) {
    long to = index + 1 < entries() ? Math.min(span.to(), logical(index + 1)) : span.to();
    return new Span(logical(index), to);
  }

  private int entry(int index) {
    return at + HEADER_BYTES + ENTRY_BYTES * index;
  }

  /// Logical blocks, `[from, to)`.
  public record Span(long from, long to) {
    /// All that a file can have.
    public static final Span ALL = new Span(0, LOGICAL_END);
  }
}
