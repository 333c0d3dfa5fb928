package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;

/// Entries of a directory, one behind the other, `struct ext4_dir_entry_2`: in a block, or in an
/// inode. Little-endian. The block of a file system with checksums ends with an entry of 12 bytes
/// that looks empty and holds the checksum.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     4 | inode, 0 when nothing is there                              |
/// |      4 |     2 | length of the entry                                         |
/// |      6 |     1 | length of the name                                          |
/// |      7 |     1 | type, with FILETYPE                                         |
/// |      8 |       | name                                                        |
public final class DirectoryBlock {
  /// The checksum and the entry around it.
  public static final int TAIL_BYTES = 12;

  private static final int TAIL_TYPE = 0xDE;
  private static final int HEADER_BYTES = 8;
  private static final int ENTRY_BYTES_MIN = 12;

  private final Fields fields;
  private final int end;
  private int at;
  private int next;

  /// Stands before the first entry of a range.
  public DirectoryBlock(byte[] bytes, int from, int end) {
    this.fields = Fields.littleEndian(bytes);
    this.end = end;
    this.next = from;
  }

  /// Goes to the next entry, used or not.
  ///
  /// @return false at the end
  public boolean advance(Subject subject) throws CorruptData {
    if (next >= end) {
      return false;
    }
    at = next;
    boolean room = end - at >= HEADER_BYTES;
    int length = room ? length(fields.u16(at + 4)) : 0;
    if (!room || length < ENTRY_BYTES_MIN || length % 4 != 0 || length > end - at) {
      throw subject
          .slot(at)
          .corrupt("length of entry", Integer.toString(length), "fours, 12.." + (end - at));
    }
    if (nameLength() + HEADER_BYTES > length) {
      throw subject
          .slot(at)
          .corrupt(
              "length of name", Integer.toString(nameLength()), "0.." + (length - HEADER_BYTES));
    }
    next = at + length;
    return true;
  }

  public int at() {
    return at;
  }

  public int length() {
    return next - at;
  }

  public long inode() {
    return fields.u32(at);
  }

  public int nameLength() {
    return fields.u8(at + 6);
  }

  public int nameAt() {
    return at + HEADER_BYTES;
  }

  public byte[] bytes() {
    return fields.bytes();
  }

  public byte[] name() {
    return fields.raw(nameAt(), nameLength());
  }

  /// 0 when there is none.
  public int typeNumber() {
    return fields.u8(at + 7);
  }

  public boolean isDot() {
    return nameLength() == 1 && fields.u8(nameAt()) == '.';
  }

  public boolean isDotDot() {
    return nameLength() == 2 && fields.u8(nameAt()) == '.' && fields.u8(nameAt() + 1) == '.';
  }

  public boolean isTail() {
    return inode() == 0 && length() == TAIL_BYTES && nameLength() == 0 && typeNumber() == TAIL_TYPE;
  }

  /// Checks the checksum of a block that holds nothing but entries.
  public static void checkSeal(byte[] block, int seed, Subject subject) throws CorruptData {
    Fields fields = Fields.littleEndian(block);
    int tail = block.length - TAIL_BYTES;
    boolean there =
        fields.u32(tail) == 0
            && fields.u16(tail + 4) == TAIL_BYTES
            && fields.u16(tail + 6) == TAIL_TYPE << 8;
    subject.check(there, "tail", "none", "a checksum");
    int crc = RawCrc32c.of(seed, block, 0, tail);
    subject.checkEqual(fields.i32(tail + 8), crc, "checksum");
  }

  /// A length of 64 KiB does not fit into 16 bits.
  private int length(int kept) {
    if (fields.size() < 1 << 16) {
      return kept;
    }
    return kept == 0 || kept == 0xFFFF ? 1 << 16 : (kept & 0xFFFC) | ((kept & 3) << 16);
  }
}
