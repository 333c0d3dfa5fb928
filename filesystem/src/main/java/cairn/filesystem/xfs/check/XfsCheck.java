package cairn.filesystem.xfs.check;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.xfs.check.Inodes.Chunk;
import cairn.filesystem.xfs.layout.XfsInodeHeader;
import cairn.filesystem.xfs.layout.XfsLog;
import cairn.filesystem.xfs.layout.XfsPending;
import cairn.filesystem.xfs.layout.XfsReverse;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import cairn.filesystem.xfs.layout.XfsSuperblockCopy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The check of an XFS.
///
/// ## How it goes
///
/// First the trees of each group, which say which blocks are free or shared and which inodes there
/// are. Then each inode in the order of their numbers, with all that belongs to it; every block is
/// taken in a [Ledger] before it is read, so that no block is read twice, whatever the pointers
/// say. At last what only the whole can show: blocks that nobody has, names and links, counters.
public final class XfsCheck {
  private final XfsSuperblock superblock;
  private final Findings findings;
  private final ToldVolume volume;
  private final Report report;

  public XfsCheck(BlockReader volume, XfsSuperblock superblock, Findings findings) {
    this.superblock = superblock;
    this.findings = findings;
    this.volume = new ToldVolume(volume, findings);
    this.report = new Report(findings);
  }

  public void run() throws IOException {
    Subject subject = Subject.of("superblock", "xfs");
    if (superblock.bytes() > volume.size()) {
      report.problem(subject, "size", superblock.bytes(), "at most " + volume.size());
      return;
    }
    try {
      superblock.checkFeatures();
    } catch (MapRefused e) {
      findings.unknown("nothing was checked, since of this XFS " + e.getMessage());
      return;
    }
    if (superblock.hasRealtime()) {
      findings.unknown("the realtime section was not checked");
      report.blocksHidden();
    }
    checkCopies();
    try {
      checkLog();
    } catch (CorruptData e) {
      report.problem(e);
    }
    volume.tell();
  }

  private void checkCopies() throws IOException {
    for (long group = 0; group < superblock.groups(); group++) {
      try {
        XfsSuperblockCopy.check(superblock, superblock.copy(volume, group), group);
      } catch (CorruptData e) {
        report.problem(e);
      }
    }
  }

  private void checkLog() throws IOException, CorruptData {
    if (!superblock.hasLog()) {
      findings.unknown("the log lies on another device, so that nothing but headers was checked");
      return;
    }
    XfsLog log = new XfsLog(volume, superblock);
    boolean clean = log.isClean();
    XfsPending pending = clean ? XfsPending.none(superblock) : log.pending();
    if (!pending.isSettled()) {
      findings.unknown(
          "the log is dirty: its changes have to be replayed, and until then only structures that"
              + " it does not change can be checked, each by itself");
      report.unsettled();
    }
    checkAll(new XfsSource(volume, superblock, log.newest()), pending, clean);
  }

  private void checkAll(XfsSource source, XfsPending pending, boolean clean) throws IOException {
    Ledger ledger = new Ledger(superblock, pending, report);
    Inodes inodes = new Inodes(superblock);
    List<@Nullable XfsInodeHeader> headers = new ArrayList<>();
    Totals totals = new Totals();
    long logGroup = superblock.group(superblock.logBlock());
    for (long group = 0; group < superblock.groups(); group++) {
      totals.free(new GroupCheck(source, ledger, report, group).check());
      headers.add(header(source, ledger, inodes, group));
      totals.add(headers.getLast());
      if (group == logGroup) {
        long start = superblock.inGroup(superblock.logBlock());
        XfsReverse log = new XfsReverse(start, superblock.logBlocks(), XfsReverse.LOG, 0);
        ledger.own(group, log, Subject.of("log", "xfs"));
      }
    }
    InodeCheck inodeCheck = new InodeCheck(source, ledger, inodes, report);
    for (long group = 0; group < superblock.groups(); group++) {
      for (Chunk chunk : inodes.chunks(group)) {
        inodeCheck.check(chunk);
      }
    }
    if (!report.isSettled()) {
      return;
    }
    NamesCheck names = new NamesCheck(source, inodes, report, inodeCheck);
    for (int group = 0; group < headers.size(); group++) {
      XfsInodeHeader header = headers.get(group);
      if (header != null) {
        names.checkLists(header, group, !clean);
      }
    }
    names.check();
    if (report.blocksKnown()) {
      ledger.conclude();
    }
    if (clean) {
      totals.check();
    }
  }

  private @Nullable XfsInodeHeader header(
      XfsSource source, Ledger ledger, Inodes inodes, long group) throws IOException {
    if (ledger.isPending(superblock.groupOffset(group) + 2L * superblock.sectorBytes())) {
      return null;
    }
    try {
      return new InodeTreesCheck(source, ledger, inodes, report, group).check();
    } catch (CorruptData e) {
      report.problem(e);
      report.blocksHidden();
      report.namesHidden();
      return null;
    }
  }

  /// What the superblock counts.
  private final class Totals {
    private boolean known = true;
    private long freeBlocks;
    private long inodes;
    private long freeInodes;

    void free(long blocks) {
      known &= blocks >= 0;
      freeBlocks += blocks;
    }

    void add(@Nullable XfsInodeHeader header) {
      known &= header != null;
      if (header != null) {
        inodes += header.inodes();
        freeInodes += header.freeInodes();
      }
    }

    void check() {
      if (known) {
        equal(superblock.inodes(), inodes, "inodes");
        equal(superblock.freeInodes(), freeInodes, "free inodes");
        equal(superblock.freeBlocks(), freeBlocks, "free blocks");
      }
    }

    private void equal(long have, long expect, String field) {
      if (have != expect) {
        report.problem(Subject.of("superblock", "xfs"), field, have, expect);
      }
    }
  }
}
