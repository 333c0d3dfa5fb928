package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Complement;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import cairn.filesystem.xfs.check.XfsCheck;
import cairn.filesystem.xfs.file.XfsFiles;
import cairn.filesystem.xfs.layout.XfsFreeExtents;
import cairn.filesystem.xfs.layout.XfsGroup;
import cairn.filesystem.xfs.layout.XfsLog;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;

/// An XFS.
///
/// In use is what the trees of free extents do not hold: headers, trees, log, and the blocks set
/// aside for the trees. A frozen XFS has written everything back and says in its log, on purpose,
/// that it was not unmounted.
public final class XfsFileSystem implements Format, Checkable, Filed {
  private final BlockReader volume;
  private final XfsSuperblock superblock;

  private XfsFileSystem(BlockReader volume, XfsSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return XfsSuperblock.recognises(head);
  }

  /// @throws CorruptData when the superblock is damaged
  public static XfsFileSystem open(BlockReader volume) throws IOException, CorruptData {
    return new XfsFileSystem(volume, XfsSuperblock.read(volume));
  }

  @Override
  public Identity identity() {
    return new Identity("xfs", superblock.uuid(), superblock.label(), superblock.bytes());
  }

  /// Of a log on another device nothing is known.
  @Override
  public Freshness freshness() throws IOException, CorruptData {
    boolean clean = superblock.hasLog() && new XfsLog(volume, superblock).isClean();
    return clean ? Freshness.CURRENT : Freshness.UNCERTAIN;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused {
    superblock.checkFeatures();
    Subject.of("superblock", "xfs")
        .check(superblock.bytes() <= volume.size(), "size", superblock.bytes(), volume.size());
    XfsSource source = new XfsSource(volume, superblock);
    Merging merging = new Merging(visitor);
    Complement complement = new Complement(0, merging);
    for (long number = 0; number < superblock.groups(); number++) {
      visitFree(source, XfsGroup.read(source, number), complement);
    }
    complement.usedUntil(volume.size());
    merging.flush();
  }

  private void visitFree(XfsSource source, XfsGroup group, Complement complement)
      throws IOException, CorruptData {
    long start = superblock.groupOffset(group.number());
    long block = superblock.blockBytes();
    XfsFreeExtents.visit(
        source, group, (first, count) -> complement.free(start + first * block, count * block));
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    new XfsCheck(volume, superblock, findings).run();
  }

  @Override
  public FileNode root() throws IOException, CorruptData, Unreadable {
    return XfsFiles.root(volume, superblock);
  }
}
