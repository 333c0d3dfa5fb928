package cairn.filesystem.ext.check;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.check.Findings;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtGroups;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.ext.journal.Journal;
import java.io.IOException;

/// Checks a whole file system.
public final class ExtCheck {
  private final Report report;
  private final Scene scene;

  /// @param volume with what its journal has replayed
  /// @param superblock of that volume
  /// @param dirty whether it was in use, so that counts of the superblock may be old
  public ExtCheck(BlockReader volume, ExtSuperblock superblock, boolean dirty, Findings findings) {
    this.report = new Report(findings);
    this.scene = Scene.of(new Blocks(volume, superblock, report::read), report, dirty);
  }

  public void run() throws IOException {
    SuperblockCheck superblock = new SuperblockCheck(scene);
    superblock.run();
    if (!report.good(this::readGroups)) {
      return;
    }
    new BackupCheck(scene).run();
    GroupCheck groups = new GroupCheck(scene);
    groups.run();
    superblock.checkMountProtection();
    try {
      InodeTable table = InodeTable.read(scene.blocks());
      checkInodes(groups, table);
      new DirectoryCheck(scene, table).run();
    } catch (CorruptData e) {
      report.wrong(e);
    }
    new LinkCheck(scene).run();
    new BitmapCheck(scene, groups).run();
    report.finish();
  }

  private void readGroups() throws IOException, CorruptData {
    ExtSuperblock superblock = scene.superblock();
    new ExtGroups(scene.blocks().volume(), superblock).visit(scene.groups()::addAll);
  }

  private void checkInodes(GroupCheck groups, InodeTable table) throws IOException {
    checkJournal(table);
    new OrphanCheck(scene, table).run();
    XattrCheck attributes = new XattrCheck(scene, table);
    InodeScan scan = new InodeScan(scene, new InodeCheck(scene, attributes));
    for (ExtGroup group : scene.groups()) {
      if (groups.hasTable(group.number())) {
        scan.scan(group);
      }
    }
    attributes.finish();
    scene.directories().close();
  }

  private void checkJournal(InodeTable table) throws IOException {
    ExtSuperblock superblock = scene.superblock();
    if (superblock.hasJournal() && superblock.journalInode() != 0) {
      report.good(() -> {
        Journal journal = Journal.open(scene.blocks(), table.inode(superblock.journalInode()));
        if (!scene.dirty()) {
          journal.checkEmpty();
        }
      });
    }
  }
}
