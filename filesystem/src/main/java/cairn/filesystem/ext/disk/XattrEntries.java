package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.util.Optional;

/// Extended attributes, `fs/ext4/xattr.h`: in a block of their own, or in an inode behind its extra
/// fields. Little-endian. A block begins with a header of 32 bytes, the part of an inode with the
/// magic alone; then come entries, four zeros, and from the end back the values.
///
/// | offset | bytes | field of the header                                         |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     4 | magic, 0xEA020000                                           |
/// |      4 |     4 | how many inodes have this block                             |
/// |      8 |     4 | blocks, 1                                                   |
/// |     12 |     4 | hash of all                                                 |
/// |     16 |     4 | checksum                                                    |
///
/// | offset | bytes | field of an entry                                           |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     1 | length of the name                                          |
/// |      1 |     1 | namespace                                                   |
/// |      2 |     2 | offset of the value: in the block, or from the first entry  |
/// |      4 |     4 | inode that holds the value, or 0                            |
/// |      8 |     4 | length of the value                                         |
/// |     12 |     4 | hash of name and value                                      |
/// |     16 |       | name                                                        |
public final class XattrEntries {
  private static final int MAGIC = 0xEA020000;
  private static final int HEADER_BYTES = 32;
  private static final int CHECKSUM_AT = 16;
  private static final int ENTRY_BYTES = 16;
  private static final int NAME_SHIFT = 5;
  private static final int VALUE_SHIFT = 16;

  private final Fields fields;
  private final int base;
  private final int end;
  private int at;
  private int next;

  private XattrEntries(Fields fields, int first, int base, int end) {
    this.fields = fields;
    this.base = base;
    this.end = end;
    this.next = first;
  }

  /// Those in an inode; empty when it has none there.
  public static Optional<XattrEntries> of(Inode inode, int inodeBytes) {
    int from = Inode.CORE_BYTES + inode.extraBytes();
    if (inodeBytes == Inode.CORE_BYTES || from + Integer.BYTES > inodeBytes) {
      return Optional.empty();
    }
    int header = inode.at() + from;
    if (inode.table().i32(header) != MAGIC) {
      return Optional.empty();
    }
    int first = header + Integer.BYTES;
    return Optional.of(new XattrEntries(inode.table(), first, first, inode.at() + inodeBytes));
  }

  /// Those of a block.
  public static XattrEntries of(byte[] block) {
    return new XattrEntries(Fields.littleEndian(block), HEADER_BYTES, 0, block.length);
  }

  /// Of a block.
  public long references() {
    return fields.u32(4);
  }

  public void checkHeader(Subject subject) throws CorruptData {
    subject.checkEqual(fields.i32(0), MAGIC, "magic");
    subject.checkEqual(fields.u32(8), 1, "blocks");
  }

  public void checkSeal(long block, int seed, Subject subject) throws CorruptData {
    byte[] number = new byte[Long.BYTES];
    for (int index = 0; index < number.length; index++) {
      number[index] = (byte) (block >>> (8 * index));
    }
    int crc = RawCrc32c.of(RawCrc32c.of(seed, number), fields.bytes(), 0, CHECKSUM_AT);
    crc = RawCrc32c.of(crc, new byte[Integer.BYTES]);
    int rest = CHECKSUM_AT + Integer.BYTES;
    crc = RawCrc32c.of(crc, fields.bytes(), rest, fields.size() - rest);
    subject.checkEqual(fields.i32(CHECKSUM_AT), crc, "checksum");
  }

  /// Goes to the next entry.
  ///
  /// @return false at the end
  public boolean advance(Subject subject) throws CorruptData {
    at = next;
    boolean ends = end - at < Integer.BYTES || fields.i32(at) == 0;
    if (ends) {
      return false;
    }
    Subject entry = subject.slot(at - base);
    entry.check(
        end - at >= ENTRY_BYTES && ENTRY_BYTES + nameLength() <= end - at,
        "length of name",
        fields.u8(at),
        "0.." + (end - at - ENTRY_BYTES));
    next = at + ENTRY_BYTES + padded(nameLength());
    if (valueInode() == 0) {
      long most = Math.max(0, end - base - valueOffset());
      entry.check(valueLength() <= most, "length of value", valueLength(), "0.." + most);
    }
    return true;
  }

  /// Where the entry begins, counted from where offsets of values are.
  public int place() {
    return at - base;
  }

  /// Where the entries end, once the last one was gone over.
  public int entriesEnd() {
    return next - base;
  }

  public int nameLength() {
    return fields.u8(at);
  }

  public int namespace() {
    return fields.u8(at + 1);
  }

  public int valueOffset() {
    return fields.u16(at + 2);
  }

  public long valueInode() {
    return fields.u32(at + 4);
  }

  public long valueLength() {
    return fields.u32(at + 8);
  }

  public int hash() {
    return fields.i32(at + 12);
  }

  public byte[] name() {
    return fields.raw(at + ENTRY_BYTES, nameLength());
  }

  /// One that is not kept in an inode.
  public byte[] value() {
    int length = (int) valueLength();
    return length == 0 ? new byte[0] : fields.raw(base + valueOffset(), length);
  }

  /// Whether the hash is the one of name and value; older kernels took bytes of names as signed.
  public boolean hasHash() {
    return hash() == valueHash(false) || hash() == valueHash(true);
  }

  /// The same for a value in an inode, which has a hash of its own.
  public boolean hasHash(int ofValue) {
    return hash() == mix(nameHash(false), ofValue) || hash() == mix(nameHash(true), ofValue);
  }

  public static int padded(int length) {
    return (length + 3) & ~3;
  }

  private int valueHash(boolean signed) {
    int hash = nameHash(signed);
    int from = base + valueOffset();
    for (int index = 0; index < padded((int) valueLength()); index += Integer.BYTES) {
      hash = mix(hash, word(from + index));
    }
    return hash;
  }

  private int word(int from) {
    return from + Integer.BYTES <= fields.size() ? fields.i32(from) : 0;
  }

  private int nameHash(boolean signed) {
    int hash = 0;
    for (int index = 0; index < nameLength(); index++) {
      int letter = fields.u8(at + ENTRY_BYTES + index);
      hash = Integer.rotateLeft(hash, NAME_SHIFT) ^ (signed ? (byte) letter : letter);
    }
    return hash;
  }

  private static int mix(int hash, int word) {
    return Integer.rotateLeft(hash, VALUE_SHIFT) ^ word;
  }
}
