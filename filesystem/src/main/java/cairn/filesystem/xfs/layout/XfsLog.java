package cairn.filesystem.xfs.layout;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The log, `fs/xfs/libxfs/xfs_log_format.h`: a ring of sectors of 512 bytes. Each begins with the
/// number of the cycle in which it was written; in the header of a record that number comes second.
///
/// | offset | bytes | field of a header, `struct xlog_rec_header`        |
/// |-------:|------:|----------------------------------------------------|
/// |      0 |     4 | `fe ed ba be`                                      |
/// |      4 |     4 | cycle                                              |
/// |      8 |     4 | version, 1 or 2                                    |
/// |     12 |     4 | bytes of the record after its header               |
/// |     24 |     8 | the tail: cycle and sector of the oldest record that is still needed |
/// |     40 |     4 | number of operations                               |
/// |    320 |     4 | size of the log buffer; a header sector for 32 KiB |
///
/// An operation, `struct xlog_op_header`, has its flags at byte 9.
public final class XfsLog {
  private static final int SECTOR = 512;
  private static final int MAGIC = 0xFEEDBABE;
  private static final int VERSION_2 = 2;
  private static final int HEADER_COVERS = 32 << 10;
  private static final int WORDS = 64;
  private static final int FLAGS_AT = 9;
  private static final int UNMOUNT = 0x20;

  /// The longest record, 256 KiB and its headers.
  private static final int RECORD_SECTORS_MAX = 512 + 8;

  private final BlockReader volume;
  private final XfsSuperblock superblock;
  private final long offset;
  private final long sectors;

  public XfsLog(BlockReader volume, XfsSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
    this.offset = superblock.logOffset();
    this.sectors = superblock.logBytes() / SECTOR;
  }

  /// Whether the last thing in the log is that the file system was unmounted. Only then it is known
  /// without a replay that nothing has to be replayed.
  public boolean isClean() throws IOException, CorruptData {
    long head = head();
    long at = last(head);
    return at >= 0 && isUnmount(sector(at), at, Math.floorMod(head - at, sectors));
  }

  /// What may not have been written back.
  ///
  /// @throws CorruptData when the log cannot be understood
  public XfsPending pending() throws IOException, CorruptData {
    long head = head();
    long at = last(head);
    Subject subject = Subject.of("log", "xfs");
    subject.check(at >= 0, "records", "none", "one");
    long tail = sector(at).u64(24);
    subject.check((int) tail >= 0 && (int) tail < sectors, "tail", tail, "within the log");
    XfsPending pending = new XfsPending(superblock);
    long next = (int) tail;
    for (long left = Math.floorMod(head - next, sectors); left > 0; ) {
      Fields header = sector(next);
      subject.check(header.i32(0) == MAGIC, "record at " + next, header.u32(0), MAGIC);
      long headers = headers(header);
      long length = Math.ceilDiv(header.u32(12), SECTOR);
      subject.check(headers + length <= left, "record at " + next, length, left);
      pending.record(data(next, headers, (int) length), header.u32(40), subject);
      next = (next + headers + length) % sectors;
      left -= headers + length;
    }
    return pending;
  }

  /// The content of a record. The first word of each of its sectors lies in its headers, 64 in the
  /// first from byte 44 on, and as many in each of the others from byte 4 on.
  private Fields data(long at, long headers, int length) throws IOException, CorruptData {
    byte[] bytes = new byte[length * SECTOR];
    for (int index = 0; index < length; index++) {
      Fields sector = sector((at + headers + index) % sectors);
      System.arraycopy(sector.bytes(), 0, bytes, index * SECTOR, SECTOR);
      int header = index / WORDS;
      if (header < headers) {
        int from = (header == 0 ? 44 : 4) + index % WORDS * 4;
        byte[] word = sector((at + header) % sectors).raw(from, 4);
        System.arraycopy(word, 0, bytes, index * SECTOR, 4);
      }
    }
    return Fields.bigEndian(bytes);
  }

  /// Where the last record before the head begins; negative when there is none.
  private long last(long head) throws IOException, CorruptData {
    for (int back = 1; back <= Math.min(RECORD_SECTORS_MAX, sectors - 1); back++) {
      long at = Math.floorMod(head - back, sectors);
      if (sector(at).i32(0) == MAGIC) {
        return at;
      }
    }
    return -1;
  }

  /// The place of the head, in the form in which structures have the place of their last change:
  /// cycle, then sector. Nothing can have been changed after it.
  public long newest() throws IOException, CorruptData {
    long head = head();
    return head == 0 ? cycle(sectors - 1) << 32 | sectors : cycle(head - 1) << 32 | head;
  }

  /// The sector after the last one that was written: the first one of the cycle before.
  private long head() throws IOException, CorruptData {
    long cycle = cycle(0);
    if (cycle(sectors - 1) == cycle) {
      return 0;
    }
    long low = 0;
    long high = sectors - 1;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (cycle(middle) == cycle) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private boolean isUnmount(Fields header, long at, long back) throws IOException, CorruptData {
    long headers = headers(header);
    long length = headers + Math.ceilDiv(header.u32(12), SECTOR);
    if (header.i32(40) != 1 || length != back || headers >= back) {
      return false;
    }
    Fields operation = sector((at + headers) % sectors);
    return (operation.u8(FLAGS_AT) & UNMOUNT) != 0;
  }

  private static long headers(Fields header) {
    int size = header.i32(320);
    boolean several = (header.i32(8) & VERSION_2) != 0 && size > HEADER_COVERS;
    return several ? Math.ceilDiv(size, HEADER_COVERS) : 1;
  }

  private long cycle(long at) throws IOException, CorruptData {
    Fields sector = sector(at);
    return sector.i32(0) == MAGIC ? sector.u32(4) : sector.u32(0);
  }

  private Fields sector(long at) throws IOException, CorruptData {
    Subject subject = Subject.of("log", "xfs").at(Long.toString(at));
    return Fields.bigEndian(Area.read(volume, offset + at * SECTOR, SECTOR, subject));
  }
}
