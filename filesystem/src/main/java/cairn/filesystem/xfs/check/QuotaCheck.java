package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.xfs.layout.XfsExtent;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsQuotas;
import cairn.filesystem.xfs.layout.XfsSource;
import java.io.IOException;

/// Checks the quotas that an inode holds.
final class QuotaCheck {
  private final XfsSource source;
  private final Report report;
  private final XfsInode inode;

  QuotaCheck(XfsSource source, Report report, XfsInode inode) {
    this.source = source;
    this.report = report;
    this.inode = inode;
  }

  void check(XfsMap map) throws IOException {
    Subject subject = Subject.of("quotas", Long.toString(inode.number()));
    for (int index = 0; index < map.count(); index++) {
      XfsExtent extent = map.get(index);
      for (long block = extent.offset(); block < extent.end(); block++) {
        try {
          XfsQuotas.check(source, map, block, subject.at(Long.toString(block)));
        } catch (CorruptData e) {
          report.problem(e);
        }
      }
    }
  }
}
