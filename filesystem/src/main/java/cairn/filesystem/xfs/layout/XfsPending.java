package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.BlockSet;
import cairn.filesystem.layout.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Which structures have changes in the log that may not have been written back. Everything else is
/// as it is to be, and what is told here too much only means that less can be checked.
///
/// A record of the log holds operations, each of which is a header and a region. The first region
/// of what was changed says what it is, in the byte order of the machine that wrote it; we know
/// those that are little-endian.
///
/// | offset | bytes | field of an operation, `struct xlog_op_header`             |
/// |-------:|------:|------------------------------------------------------------|
/// |      0 |     8 | transaction, bytes of the region                           |
/// |      9 |     1 | flags: 4 it goes on in the next record, 8 it does from the last |
///
/// | region                        | type           | where                            |
/// |-------------------------------|----------------|----------------------------------|
/// | `xfs_buf_log_format`          | `123c`         | sectors at 6, u16; first at 8, u64 |
/// | `xfs_inode_log_format`        | `123b`         | first at 40, u64; sectors at 48, u32 |
/// | `xfs_dq_logformat`            | `123d`         | first at 8, u64; sectors at 16, u32 |
/// | `xfs_icreate_log`, big-endian | `123f`         | group, block, blocks at 4, 8, 20, u32 |
/// | intents                       | `1236`..`1247` | nowhere: something is to be done |
public final class XfsPending {
  private static final int OPERATION_BYTES = 12;
  private static final int CONTINUES = 0x4;
  private static final int CONTINUED = 0x8;
  private static final int REGION_BYTES = 56;
  private static final int INODE = 0x123B;
  private static final int BUFFER = 0x123C;
  private static final int QUOTA = 0x123D;
  private static final int CREATED = 0x123F;
  private static final int FIRST = 0x1236;
  private static final int LAST = 0x1260;

  private final XfsSuperblock superblock;
  private final BlockSet sectors;
  private final Map<Long, ByteArrayOutputStream> begun = new HashMap<>();
  private boolean settled = true;

  XfsPending(XfsSuperblock superblock) {
    this.superblock = superblock;
    this.sectors = new BlockSet(superblock.bytes() / XfsSource.BASIC_BYTES);
  }

  /// Of a clean log.
  public static XfsPending none(XfsSuperblock superblock) {
    return new XfsPending(superblock);
  }

  /// Whether nothing but the superblock is told: so it is when the file system was frozen.
  public boolean isSettled() {
    return settled;
  }

  /// Whether a part of a range of bytes may not have been written back.
  public boolean covers(long offset, long length) {
    long end = Math.ceilDiv(offset + length, XfsSource.BASIC_BYTES);
    return sectors.meets(offset / XfsSource.BASIC_BYTES, Math.min(end, sectors.size()));
  }

  /// Takes a record of the log.
  void record(Fields data, long operations, Subject subject) throws IOException, CorruptData {
    int at = 0;
    for (long index = 0; index < operations; index++) {
      subject.check(at + OPERATION_BYTES <= data.size(), "operation", index, operations);
      long length = data.u32(at + 4);
      int flags = data.u8(at + 9);
      int from = at + OPERATION_BYTES;
      subject.check(length <= data.size() - from, "region", length, data.size() - from);
      region(data.u32(at), data.raw(from, (int) Math.min(length, REGION_BYTES)), flags);
      at = from + (int) length;
    }
  }

  private void region(long transaction, byte[] bytes, int flags) throws IOException {
    ByteArrayOutputStream whole = null;
    if ((flags & CONTINUED) != 0) {
      whole = begun.remove(transaction);
    }
    if (whole == null) {
      whole = new ByteArrayOutputStream();
    }
    if (whole.size() < REGION_BYTES) {
      whole.write(bytes);
    }
    if ((flags & CONTINUES) != 0) {
      begun.put(transaction, whole);
    } else {
      whole.write(new byte[REGION_BYTES]);
      change(whole.toByteArray());
    }
  }

  private void change(byte[] region) {
    Fields fields = Fields.littleEndian(region);
    int type = fields.u16(0);
    switch (type) {
      case BUFFER -> add(fields.u64(8), fields.u16(6));
      case INODE -> add(fields.u64(40), fields.u32(48));
      case QUOTA -> add(fields.u64(8), fields.u32(16));
      case CREATED -> {
        Fields created = Fields.bigEndian(region);
        long block = superblock.block(created.u32(4), created.u32(8));
        if (superblock.isBlock(block)) {
          long sector = superblock.blockBytes() / XfsSource.BASIC_BYTES;
          add(superblock.offset(block) / XfsSource.BASIC_BYTES, created.u32(20) * sector);
        }
      }
      default -> settled &= type < FIRST || type > LAST;
    }
  }

  private void add(long first, long count) {
    if (first < 0 || first >= sectors.size()) {
      return;
    }
    long end = Math.min(sectors.size(), first + count);
    sectors.add(first, end);
    settled &= end <= superblock.sectorBytes() / XfsSource.BASIC_BYTES;
  }
}
