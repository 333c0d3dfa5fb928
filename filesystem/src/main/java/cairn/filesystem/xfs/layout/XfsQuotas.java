package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// A block of quotas, `struct xfs_dqblk`, in the order of the users, groups or projects that they
/// are for.
///
/// | offset | bytes | field of each                       |
/// |-------:|------:|-------------------------------------|
/// |      0 |     4 | `DQ`; version, 1; what it is for    |
/// |      4 |     4 | number of the user and so on        |
/// |    108 |     4 | checksum, with version 5            |
/// |    112 |     8 | log sequence number, with version 5 |
/// |    120 |    16 | UUID, with version 5                |
public final class XfsQuotas {
  private static final int BYTES = 136;
  private static final int VERSION = 1;
  private static final int BIG_TIMES = 0x80;
  private static final int USES = 0x7;

  private XfsQuotas() {}

  /// @param block of the fork
  public static void check(XfsSource source, XfsMap map, long block, Subject subject)
      throws IOException, CorruptData {
    Fields fields = map.read(source, block, 1, subject).fields();
    int count = fields.size() / BYTES;
    for (int slot = 0; slot < count; slot++) {
      int at = slot * BYTES;
      Subject quota = subject.slot(slot);
      quota.check(fields.holds(at, "DQ"), "magic", fields.u16(at), "DQ");
      quota.checkEqual(fields.u8(at + 2), VERSION, "version");
      int use = fields.u8(at + 3);
      boolean good =
          Integer.bitCount(use & USES) == 1
              && (use & ~(USES | BIG_TIMES)) == 0
              && ((use & BIG_TIMES) == 0 || source.superblock().hasBigTimes());
      quota.check(good, "use", use, "that of users, groups or projects");
      quota.checkEqual(fields.u32(at + 4), block * count + slot, "number");
      if (source.superblock().hasChecksums()) {
        XfsSeal.QUOTA.checkSum(fields, at, BYTES, quota);
        source.checkMarks(XfsSeal.QUOTA, fields, at, quota);
      }
    }
  }
}
