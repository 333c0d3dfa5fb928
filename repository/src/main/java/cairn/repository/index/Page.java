package cairn.repository.index;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// A page of an index segment: up to 73 entries in ascending order of chunk id, checked by itself
/// whenever it is used, so that a look-up trusts 4 KiB that were just verified and nothing else.
///
/// | offset | bytes   | field                                                              |
/// |-------:|--------:|--------------------------------------------------------------------|
/// |      0 | 56 each | entries, then zeros up to 4,088                                    |
/// |   4088 |       2 | number of entries, 1..73                                           |
/// |   4090 |       2 | zero                                                               |
/// |   4092 |       4 | CRC-32C of index id, page number (u64) and the page up to here     |
///
/// An entry:
///
/// | offset | bytes | field                                                     |
/// |-------:|------:|-----------------------------------------------------------|
/// |      0 |    32 | chunk id                                                  |
/// |     32 |     4 | pack, by its place in the table of packs                  |
/// |     36 |     4 | offset in the pack                                        |
/// |     40 |     4 | stored length                                             |
/// |     44 |     4 | raw length                                                |
/// |     48 |     4 | base, by its place in the table of bases; 2^32 - 1 if none |
/// |     52 |     1 | encoding                                                  |
/// |     53 |     3 | zero                                                      |
final class Page {
  static final int BYTES = 4096;
  static final int ENTRY_BYTES = 56;
  static final int ENTRIES_MAX = 73;
  static final int BASE_OFFSET = 48;
  static final int NO_BASE = -1;

  private static final int COUNT_OFFSET = 4088;
  private static final int CRC_OFFSET = 4092;

  private final ByteBuffer bytes;
  private final int count;
  private final Subject subject;

  private Page(ByteBuffer bytes, int count, Subject subject) {
    this.bytes = bytes;
    this.count = count;
    this.subject = subject;
  }

  /// Checks a page as a whole.
  ///
  /// @param content its bytes, which become its own
  /// @param segment that it is a page of
  static Page read(byte[] content, ObjectId index, long number, Subject segment)
      throws CorruptData {
    Subject subject = segment.at("page " + number);
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    subject.checkEqual(bytes.getInt(CRC_OFFSET), crc(content, 0, index, number), "crc");
    int count = bytes.getShort(COUNT_OFFSET) & 0xFFFF;
    subject.check(count >= 1 && count <= ENTRIES_MAX, "entries", count, "1..73");
    return new Page(bytes, count, subject);
  }

  /// Completes a page of which `out` holds the entries, from `start` on.
  static void complete(ByteWriter out, int start, ObjectId index, long number) {
    int count = (out.size() - start) / ENTRY_BYTES;
    out.padTo(start + COUNT_OFFSET);
    out.u16(count).u16(0);
    out.u32(crc(out.buffer(), start, index, number));
  }

  private static int crc(byte[] bytes, int start, ObjectId index, long number) {
    CRC32C crc = new CRC32C();
    ByteWriter place = new ByteWriter(ObjectId.BYTES + 8).id(index).u64(number);
    crc.update(place.buffer(), 0, place.size());
    crc.update(bytes, start, CRC_OFFSET);
    return (int) crc.getValue();
  }

  int count() {
    return count;
  }

  /// Itself, for checks of its entries.
  Subject subject() {
    return subject;
  }

  ChunkId id(int slot) {
    return new ChunkId(word(slot, 0), word(slot, 1), word(slot, 2), word(slot, 3));
  }

  /// The first eight bytes of an id.
  long firstWord(int slot) {
    return word(slot, 0);
  }

  private long word(int slot, int number) {
    return Long.reverseBytes(bytes.getLong(slot * ENTRY_BYTES + number * Long.BYTES));
  }

  /// The field of an entry at `offset` bytes from its start.
  int field(int slot, int offset) {
    return bytes.getInt(slot * ENTRY_BYTES + offset);
  }

  int encoding(int slot) {
    return bytes.get(slot * ENTRY_BYTES + 52);
  }

  /// The first slot whose id is not below `id`; [#count()] when there is none.
  int lowerBound(ChunkId id) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (id(middle).compareTo(id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
