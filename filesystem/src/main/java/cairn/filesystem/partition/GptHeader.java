package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/// A header of a GUID partition table, in a sector of its own, the second or the last one.
/// Little-endian.
///
/// | offset | bytes | field                                                |
/// |-------:|------:|------------------------------------------------------|
/// |      0 |     8 | `EFI PART`                                           |
/// |      8 |     4 | revision, 0x10000                                    |
/// |     12 |     4 | bytes of the header                                  |
/// |     16 |     4 | CRC-32 of the header, this field taken as 0          |
/// |     24 |     8 | sector of this header                                |
/// |     32 |     8 | sector of the other header                           |
/// |     40 |    16 | first and last sector for partitions                 |
/// |     56 |    16 | GUID of the disk                                     |
/// |     72 |     8 | first sector of the entries                          |
/// |     80 |     8 | number of entries, and bytes of each                 |
/// |     88 |     4 | CRC-32 of the entries                                |
///
/// @param sector bytes of a sector
/// @param at the sector where it lies
record GptHeader(BlockReader disk, Fields fields, int sector, long at) {
  static final String MAGIC = "EFI PART";

  private static final int BYTES = 92;
  private static final int CHECKSUM_AT = 16;
  private static final int ENTRY_BYTES = 128;
  private static final int TABLE_BYTES_MAX = 1 << 20;

  static GptHeader read(BlockReader disk, int sector, long at) throws IOException, CorruptData {
    boolean within = at > 0 && at < disk.size() / sector;
    subject(at).check(within, "sector", at, "on the disk");
    Fields fields = Fields.littleEndian(Area.read(disk, at * sector, sector, subject(at)));
    GptHeader header = new GptHeader(disk, fields, sector, at);
    header.check(subject(at));
    return header;
  }

  private void check(Subject subject) throws CorruptData {
    subject.check(fields.holds(0, MAGIC), "magic", fields.u64(0), MAGIC);
    long length = fields.u32(12);
    boolean goodLength = length >= BYTES && length <= sector;
    subject.check(goodLength, "header size", length, BYTES);
    byte[] bytes = fields.raw(0, (int) length);
    int have = fields.i32(CHECKSUM_AT);
    for (int index = 0; index < 4; index++) {
      bytes[CHECKSUM_AT + index] = 0;
    }
    subject.checkEqual(have, crc32(bytes), "checksum");
    subject.checkEqual(fields.u32(8), 0x10000, "revision");
    subject.checkEqual(fields.u64(24), at, "sector");
    long count = fields.u32(80);
    long size = fields.u32(84);
    boolean goodSize = size >= ENTRY_BYTES && size % ENTRY_BYTES == 0 && size <= TABLE_BYTES_MAX;
    subject.check(goodSize, "entry size", size, ENTRY_BYTES);
    subject.check(count <= TABLE_BYTES_MAX / size, "entries", count, TABLE_BYTES_MAX / size);
  }

  Fields entries() throws IOException, CorruptData {
    Subject subject = subject(at);
    long first = fields.u64(72);
    subject.check(first > 1 && first < disk.size() / sector, "entries", first, "on the disk");
    byte[] bytes = Area.read(disk, first * sector, tableBytes(), subject);
    subject.checkEqual(fields.i32(88), crc32(bytes), "checksum of the entries");
    return Fields.littleEndian(bytes);
  }

  /// What both headers must say alike.
  void checkSame(GptHeader primary) throws CorruptData {
    Subject subject = subject(at);
    subject.checkEqual(fields.u64(32), primary.at(), "other header");
    for (int offset : new int[] {40, 48, 56, 64, 80}) {
      String field = "copy of bytes " + offset + "+8";
      subject.checkEqual(fields.u64(offset), primary.fields().u64(offset), field);
    }
    subject.checkEqual(fields.i32(88), primary.fields().i32(88), "checksum of the entries");
  }

  /// This header for another place.
  ///
  /// @param to the sector of the copy
  /// @param other the sector of the other header; the last one of both is the last one of the disk
  /// @param entriesAt the first sector of the entries
  /// @return a sector
  byte[] copy(long to, long other, long entriesAt, byte[] entries) {
    byte[] copy = fields.bytes().clone();
    long last = Math.max(to, other);
    long lastUsable = last - 1 - Math.ceilDiv((long) entries.length, sector);
    ByteBuffer header = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(24, to).putLong(32, other).putLong(48, lastUsable).putLong(72, entriesAt);
    header.putInt(88, crc32(entries)).putInt(CHECKSUM_AT, 0);
    int length = (int) fields.u32(12);
    return header.putInt(CHECKSUM_AT, crc32(Arrays.copyOf(copy, length))).array();
  }

  long other() {
    return fields.u64(32);
  }

  long firstUsable() {
    return fields.u64(40);
  }

  long lastUsable() {
    return fields.u64(48);
  }

  int entryBytes() {
    return (int) fields.u32(84);
  }

  private int tableBytes() {
    return (int) (fields.u32(80) * fields.u32(84));
  }

  /// Where its entries lie, which may be none.
  Extent table() {
    return new Extent(fields.u64(72) * sector, tableBytes(), Extent.State.DATA);
  }

  private static int crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static Subject subject(long sector) {
    return Subject.of("partition table", "gpt").at(Long.toString(sector));
  }
}
