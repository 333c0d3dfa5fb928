package cairn.filesystem.ext.journal;

import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_64BIT;
import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_CSUM_V2;
import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_CSUM_V3;

import cairn.filesystem.layout.Fields;
import java.util.ArrayList;
import java.util.List;

/// Says where a block of the log belongs: behind the header of a descriptor (12 bytes). Big-endian;
/// 16 bytes with CSUM_V3, else 8, 4 more with 64BIT and 2 more with CSUM_V2. A UUID follows unless
/// it is the same as before.
///
/// | offset | V3 | bytes | field                                                      |
/// |-------:|---:|------:|------------------------------------------------------------|
/// |      0 |  0 |     4 | block, low half                                            |
/// |      4 | 12 |  2, 4 | checksum                                                   |
/// |      6 |  4 |  2, 4 | flags: 1 escaped, 2 same UUID, 8 last                      |
/// |      8 |  8 |     4 | block, high half                                           |
///
/// @param sequence the number of the transaction
/// @param at the block of the journal
record Tag(long block, int flags, int checksum, int sequence, long at) {
  private static final int HEADER_BYTES = 12;
  private static final int UUID_BYTES = 16;
  private static final int TAIL_BYTES = 4;
  private static final int FLAG_ESCAPED = 1;
  private static final int FLAG_SAME_UUID = 2;
  private static final int FLAG_LAST = 8;

  static List<Tag> read(byte[] descriptor, JournalSuperblock journal, int sequence) {
    Fields fields = Fields.bigEndian(descriptor);
    int size = size(journal);
    int end = descriptor.length - size - (journal.sealsAll() ? TAIL_BYTES : 0);
    List<Tag> tags = new ArrayList<>();
    int from = HEADER_BYTES;
    while (from <= end) {
      Tag tag = read(fields, from, journal, sequence);
      tags.add(tag);
      if ((tag.flags & FLAG_LAST) != 0) {
        break;
      }
      from += size + ((tag.flags & FLAG_SAME_UUID) != 0 ? 0 : UUID_BYTES);
    }
    return tags;
  }

  private static Tag read(Fields fields, int from, JournalSuperblock journal, int sequence) {
    long high = journal.incompat(INCOMPAT_64BIT) ? fields.u32(from + 8) << 32 : 0;
    boolean newest = journal.incompat(INCOMPAT_CSUM_V3);
    int flags = newest ? fields.i32(from + 4) : fields.u16(from + 6);
    int checksum = newest ? fields.i32(from + 12) : fields.u16(from + 4);
    return new Tag(fields.u32(from) | high, flags, checksum, sequence, 0);
  }

  private static int size(JournalSuperblock journal) {
    if (journal.incompat(INCOMPAT_CSUM_V3)) {
      return 16;
    }
    int wide = journal.incompat(INCOMPAT_64BIT) ? 4 : 0;
    return 8 + wide + (journal.incompat(INCOMPAT_CSUM_V2) ? 2 : 0);
  }

  Tag at(long place) {
    return new Tag(block, flags, checksum, sequence, place);
  }

  /// Whether the block began with the magic of the journal, which was replaced by zeros.
  boolean isEscaped() {
    return (flags & FLAG_ESCAPED) != 0;
  }
}
