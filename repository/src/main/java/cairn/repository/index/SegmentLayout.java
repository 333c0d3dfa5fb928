package cairn.repository.index;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.io.IOException;

/// The head of an index segment and the sizes of its parts. Little-endian.
///
/// | offset | bytes       | field                                                          |
/// |-------:|------------:|----------------------------------------------------------------|
/// |      0 |          32 | [Frame], kind `INDEX`                                          |
/// |     32 |          16 | index id                                                       |
/// |     48 |           8 | number of entries                                              |
/// |     56 |           4 | number of packs, P                                             |
/// |     60 |           4 | number of bases, B                                             |
/// |     64 |           4 | CRC-32C of everything before                                   |
/// |     68 |           4 | zero                                                           |
/// |     72 |      24 x P | packs: pack id (16), content (1), zero (7)                     |
/// |        |      32 x B | bases: chunk ids that deltas were made against, ascending      |
/// |        |           4 | CRC-32C of both tables                                         |
/// |        |             | zeros up to a multiple of 4,096                                |
/// |        | 4,096 each  | pages, see [Page]; all but the last are full                   |
///
/// Nothing follows the last page, so that the size of the object follows from its head. An index is
/// not sealed: it is derived from packs, may be merged by a server without the key, and whatever it
/// says is proved by the chunk's id when the chunk is read.
record SegmentLayout(ObjectId index, long entryCount, int packCount, int baseCount) {
  static final int HEAD_BYTES = 72;
  static final int PACK_BYTES = 24;
  static final int BASE_BYTES = 32;

  private static final int CRC_OFFSET = 64;

  static Subject subject(ObjectId index) {
    return Subject.of("index", index.toString());
  }

  long pageCount() {
    return (entryCount + Page.ENTRIES_MAX - 1) / Page.ENTRIES_MAX;
  }

  /// Of both tables, without their CRC.
  long tableBytes() {
    return (long) packCount * PACK_BYTES + (long) baseCount * BASE_BYTES;
  }

  /// Where the bases start.
  long basesOffset() {
    return HEAD_BYTES + (long) packCount * PACK_BYTES;
  }

  /// Where the first page starts.
  long pagesOffset() {
    long tablesEnd = HEAD_BYTES + tableBytes() + 4;
    return (tablesEnd + Page.BYTES - 1) / Page.BYTES * Page.BYTES;
  }

  long size() {
    return pagesOffset() + pageCount() * Page.BYTES;
  }

  void writeTo(ByteWriter out, ObjectId repository) {
    int start = out.size();
    Frame.write(out, Frame.Kind.INDEX, repository);
    out.id(index).u64(entryCount).u32(packCount).u32(baseCount);
    out.u32(out.crc(start)).u32(0);
  }

  /// Reads and checks a head.
  ///
  /// @param size of the object in bytes
  static SegmentLayout read(byte[] head, ObjectId index, ObjectId repository, long size)
      throws CorruptData, IOException {
    Subject subject = subject(index);
    ByteReader in = new ByteReader(head, subject);
    int crc = new ByteReader(head, CRC_OFFSET, 4, subject).u32();
    subject.checkEqual(crc, cairn.base.bytes.Crc32c.of(head, 0, CRC_OFFSET), "crc");
    Frame.read(in, Frame.Kind.INDEX, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(index), "index id", named, index);
    long entries = in.u64();
    subject.check(entries >= 0 && entries < 1L << 48, "entries", entries, "0..2^48");
    int packs = in.length(Integer.MAX_VALUE, "packs");
    int bases = in.length(Integer.MAX_VALUE, "bases");
    in.skip(4);
    subject.checkEqual(in.u32(), 0, "reserved");
    SegmentLayout layout = new SegmentLayout(index, entries, packs, bases);
    subject.checkEqual(size, layout.size(), "size");
    return layout;
  }
}
