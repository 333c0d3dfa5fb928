package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;

/// A node of the index of a directory by hashes, `fs/ext4/namei.c`: to who does not know of it, a
/// block without entries, or, at the root, with `.` and `..` alone. Little-endian. The root has at
/// 0x18 what follows; entries begin at 0x20 there, and at 8 elsewhere, with 8 bytes each: a hash
/// and a logical block. The hash of the first is left out: there the space for entries and their
/// number are kept, 2 bytes each.
///
/// | offset | bytes | field of the root                                           |
/// |-------:|------:|-------------------------------------------------------------|
/// |   0x18 |     4 | zero                                                        |
/// |   0x1c |     1 | kind of hash                                                |
/// |   0x1d |     1 | length of this, 8                                           |
/// |   0x1e |     1 | levels of nodes below the root                              |
/// |   0x1f |     1 | flags                                                       |
public final class HashNode {
  private static final int ROOT_ENTRIES_AT = 0x20;
  private static final int ENTRIES_AT = 8;
  private static final int ENTRY_BYTES = 8;
  private static final int TAIL_BYTES = 8;
  private static final int INFO_AT = 0x18;
  private static final int INFO_BYTES = 8;
  private static final int BLOCK_MASK = 0x0FFF_FFFF;

  private final Fields fields;
  private final boolean isRoot;

  private HashNode(Fields fields, boolean isRoot) {
    this.fields = fields;
    this.isRoot = isRoot;
  }

  /// @param block not copied
  public static HashNode root(byte[] block) {
    return new HashNode(Fields.littleEndian(block), true);
  }

  /// @param block not copied
  public static HashNode inner(byte[] block) {
    return new HashNode(Fields.littleEndian(block), false);
  }

  /// Whether a block that is not the first of its directory looks like a node.
  public static boolean isInner(byte[] block) {
    Fields fields = Fields.littleEndian(block);
    int length = fields.u16(4);
    boolean whole = length == block.length || (block.length == 1 << 16 && length >= 0xFFFC);
    return fields.u32(0) == 0 && whole && fields.u8(6) == 0;
  }

  public int hashKind() {
    return fields.u8(0x1c);
  }

  public int levels() {
    return fields.u8(0x1e);
  }

  public int count() {
    return fields.u16(entriesAt() + 2);
  }

  public int limit() {
    return fields.u16(entriesAt());
  }

  /// The smallest hash below an entry; its lowest bit says that the one before has the same.
  public long hash(int index) {
    return index == 0 ? 0 : fields.u32(entriesAt() + ENTRY_BYTES * index);
  }

  /// The logical block below an entry.
  public long block(int index) {
    return fields.i32(entriesAt() + ENTRY_BYTES * index + Integer.BYTES) & BLOCK_MASK;
  }

  /// The last entry whose hash is not above this one.
  public int find(long hash) {
    int low = 1;
    int high = count() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (hash(middle) > hash) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }

  /// Checks what only a root has.
  public void checkRoot(Subject subject, int levelsMax) throws CorruptData {
    subject.checkEqual(fields.u32(INFO_AT), 0, "reserved");
    subject.checkEqual(fields.u8(INFO_AT + 5), INFO_BYTES, "length of root");
    subject.check(NameHash.isKnown(hashKind()), "kind of hash", hashKind(), "0..6");
    subject.check(levels() <= levelsMax, "levels", levels(), "0.." + levelsMax);
    subject.checkEqual(fields.u8(INFO_AT + 7) & 1, 0, "flags");
  }

  public void checkCounts(Subject subject, boolean sealed) throws CorruptData {
    int space = (fields.size() - entriesAt() - (sealed ? TAIL_BYTES : 0)) / ENTRY_BYTES;
    subject.checkEqual(limit(), space, "space for entries");
    subject.check(count() > 0 && count() <= space, "entries", count(), "1.." + space);
  }

  /// Checks the checksum of a node whose counts were checked.
  public void checkSeal(Subject subject, int seed) throws CorruptData {
    int tail = entriesAt() + ENTRY_BYTES * limit();
    int crc = RawCrc32c.of(seed, fields.bytes(), 0, entriesAt() + ENTRY_BYTES * count());
    crc = RawCrc32c.of(crc, fields.bytes(), tail, Integer.BYTES);
    crc = RawCrc32c.of(crc, new byte[Integer.BYTES]);
    subject.checkEqual(fields.i32(tail + Integer.BYTES), crc, "checksum");
  }

  private int entriesAt() {
    return isRoot ? ROOT_ENTRIES_AT : ENTRIES_AT;
  }
}
