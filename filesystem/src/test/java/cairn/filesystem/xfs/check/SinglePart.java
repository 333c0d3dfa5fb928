package cairn.filesystem.xfs.check;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.check.Findings;
import cairn.filesystem.xfs.check.Inodes.Chunk;
import cairn.filesystem.xfs.layout.XfsPending;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A part of an image that is checked by itself: the trees of free space of a group, or those of
/// its inodes and one chunk of these with all that belongs to them.
///
/// @param chunk counted from 0; -1 for the trees of free space
public record SinglePart(XfsSuperblock superblock, int group, int chunk) {
  public static List<SinglePart> all(BlockReader sound, Findings findings)
      throws IOException, CorruptData {
    XfsSuperblock superblock = XfsSuperblock.read(sound);
    List<SinglePart> all = new ArrayList<>();
    for (int group = 0; group < superblock.groups(); group++) {
      SinglePart free = new SinglePart(superblock, group, -1);
      all.add(free);
      int chunks = free.chunks(sound, new Report(findings)).chunks(group).size();
      for (int chunk = 0; chunk < chunks; chunk++) {
        all.add(new SinglePart(superblock, group, chunk));
      }
    }
    return all;
  }

  public void check(BlockReader volume, Findings findings) throws IOException {
    Report report = new Report(findings);
    try {
      if (chunk < 0) {
        new GroupCheck(new XfsSource(volume, superblock), ledger(report), report, group).check();
      } else {
        checkChunk(volume, report);
      }
    } catch (CorruptData e) {
      report.problem(e);
    }
  }

  private void checkChunk(BlockReader volume, Report report) throws IOException, CorruptData {
    Inodes inodes = chunks(volume, report);
    List<Chunk> chunks = List.copyOf(inodes.chunks(group));
    XfsSource source = new XfsSource(volume, superblock);
    if (chunk < chunks.size()) {
      new InodeCheck(source, ledger(report), inodes, report).check(chunks.get(chunk));
    }
  }

  private Inodes chunks(BlockReader volume, Report report) throws IOException, CorruptData {
    Inodes inodes = new Inodes(superblock);
    XfsSource source = new XfsSource(volume, superblock);
    new InodeTreesCheck(source, ledger(report), inodes, report, group).check();
    return inodes;
  }

  private Ledger ledger(Report report) {
    return new Ledger(superblock, XfsPending.none(superblock), report);
  }
}
