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
/// |     40 |     4 | number of operations                               |
/// |    320 |     4 | size of the log buffer; a header sector for 32 KiB |
///
/// An operation, `struct xlog_op_header`, has its flags at byte 9.
public final class XfsLog {
  private static final int SECTOR = 512;
  private static final int MAGIC = 0xFEEDBABE;
  private static final int VERSION_2 = 2;
  private static final int HEADER_COVERS = 32 << 10;
  private static final int FLAGS_AT = 9;
  private static final int UNMOUNT = 0x20;

  /// The longest record, 256 KiB and its headers.
  private static final int RECORD_SECTORS_MAX = 512 + 8;

  private final BlockReader volume;
  private final long offset;
  private final long sectors;

  public XfsLog(BlockReader volume, XfsSuperblock superblock) {
    this.volume = volume;
    this.offset = superblock.logOffset();
    this.sectors = superblock.logBytes() / SECTOR;
  }

  /// Whether the last thing in the log is that the file system was unmounted. Only then it is known
  /// without a replay that nothing has to be replayed.
  public boolean isClean() throws IOException, CorruptData {
    long head = head();
    for (int back = 1; back <= Math.min(RECORD_SECTORS_MAX, sectors - 1); back++) {
      long at = Math.floorMod(head - back, sectors);
      Fields sector = sector(at);
      if (sector.i32(0) == MAGIC) {
        return isUnmount(sector, at, back);
      }
    }
    return false;
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
    int size = header.i32(320);
    boolean several = (header.i32(8) & VERSION_2) != 0 && size > HEADER_COVERS;
    long headers = several ? Math.ceilDiv(size, HEADER_COVERS) : 1;
    long length = headers + Math.ceilDiv(header.u32(12), SECTOR);
    if (header.i32(40) != 1 || length != back || headers >= back) {
      return false;
    }
    Fields operation = sector((at + headers) % sectors);
    return (operation.u8(FLAGS_AT) & UNMOUNT) != 0;
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
