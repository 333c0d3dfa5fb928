package cairn.filesystem.ext.journal;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import java.io.IOException;

/// The journal that a file system keeps in an inode of its own.
public final class Journal {
  private final Blocks blocks;
  private final BlockMap map;
  private final JournalSuperblock superblock;

  private Journal(Blocks blocks, BlockMap map, JournalSuperblock superblock) {
    this.blocks = blocks;
    this.map = map;
    this.superblock = superblock;
  }

  /// @throws CorruptData when the inode or the superblock of the journal is damaged
  public static Journal open(Blocks blocks, Inode inode) throws IOException, CorruptData {
    inode.checkSeal();
    Subject subject = inode.subject();
    subject.check(inode.is(Attributes.Type.REGULAR), "mode", inode.mode(), "a regular file");
    subject.check(inode.links() > 0, "links", inode.links(), 1);
    int blockBytes = blocks.superblock().blockBytes();
    BlockMap map = BlockMap.of(inode, blocks);
    byte[] first = blocks.read(place(map, 0), JournalSuperblock.subject());
    JournalSuperblock superblock = new JournalSuperblock(first);
    superblock.check(blockBytes, inode.size() / blockBytes);
    return new Journal(blocks, map, superblock);
  }

  public JournalSuperblock superblock() {
    return superblock;
  }

  /// When nothing says that it must be replayed, there must be nothing to replay.
  public void checkEmpty() throws CorruptData {
    JournalSuperblock.subject().checkEqual(superblock.start(), 0, "start");
  }

  /// What the volume is once the journal was replayed. Nothing is written; what is kept in memory
  /// is a number for each block of the journal at most.
  public Replay replay() throws IOException, CorruptData {
    return new Replay(this, blocks);
  }

  byte[] read(long logical) throws IOException, CorruptData {
    return blocks.read(place(logical), subject(logical));
  }

  /// Where a block of the journal lies.
  long place(long logical) throws IOException, CorruptData {
    return place(map, logical);
  }

  static Subject subject(long logical) {
    return Subject.of("journal", "block").at(Long.toString(logical));
  }

  private static long place(BlockMap map, long logical) throws IOException, CorruptData {
    BlockMap.Run run = map.find(logical);
    subject(logical).check(!run.isHole(), "block", "none", "a block");
    return run.physical() + logical - run.logical();
  }
}
