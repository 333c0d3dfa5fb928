package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// Goes over the inode tables, in large pieces, as far as they were ever used.
final class InodeScan {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int WRITTEN_AT = 0x30;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final InodeCheck inodes;
  private final ReservedCheck reserved;
  private final byte[] piece;
  private final Fields fields;
  private final boolean believesDeletion;

  InodeScan(Scene scene, InodeCheck inodes) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.inodes = inodes;
    this.reserved = new ReservedCheck(scene, inodes);
    this.piece = new byte[Math.max(PIECE_BYTES, superblock.blockBytes())];
    this.fields = Fields.littleEndian(piece);
    this.believesDeletion = superblock.fields().u32(WRITTEN_AT) >= superblock.inodes();
  }

  void scan(ExtGroup group) throws IOException {
    long bytes = group.initializedInodes() * superblock.inodeBytes();
    long blocks = Math.ceilDiv(bytes, (long) superblock.blockBytes());
    long first = group.number() * superblock.inodesPerGroup() + 1;
    int most = piece.length / superblock.blockBytes();
    for (long done = 0; done < blocks; done += most) {
      int count = (int) Math.min(most, blocks - done);
      scene.blocks().fill(group.inodeTable() + done, piece, count);
      long from = done * superblock.blockBytes();
      long end = Math.min(bytes, from + (long) count * superblock.blockBytes());
      scan(first + from / superblock.inodeBytes(), (int) (end - from) / superblock.inodeBytes());
    }
  }

  private void scan(long first, int count) throws IOException {
    for (int index = 0; index < count; index++) {
      Inode inode = new Inode(first + index, fields, index * superblock.inodeBytes(), superblock);
      boolean isReserved = inode.number() < superblock.firstInode() && inode.number() != Inode.ROOT;
      if (isReserved || inode.links() > 0 || inode.mode() != 0 || !inode.isZero()) {
        scene.report().good(inode::checkSeal);
        check(inode, isReserved);
      }
    }
  }

  private void check(Inode inode, boolean isReserved) throws IOException {
    boolean orphan = scene.orphans().contains(inode.number());
    boolean stray =
        inode.deleted() != 0
            && inode.deleted() < superblock.inodes()
            && believesDeletion
            && !orphan;
    if (stray) {
      wrong(inode, "next orphan", inode.deleted(), "none, it is in no list");
    }
    if (isReserved) {
      reserved.check(inode);
    } else if (inode.links() > 0) {
      if (inode.deleted() != 0 && !orphan && !stray) {
        wrong(inode, "time of deletion", inode.deleted(), 0);
      }
      checkUsed(inode);
    } else if (orphan) {
      checkUsed(inode);
      scene.inodes().exempt(inode.number());
    } else if (inode.mode() != 0 && inode.deleted() == 0) {
      wrong(inode, "time of deletion", 0, "a time");
    }
  }

  private void checkUsed(Inode inode) throws IOException {
    inodes.check(inode);
    boolean isQuota = inode.number() == superblock.quotaInode(2);
    if (isQuota || inode.number() == superblock.orphanFile()) {
      scene.inodes().exempt(inode.number());
    }
    if (inode.number() == superblock.journalInode()) {
      scene.inodes().exempt(inode.number());
    }
  }

  private void wrong(Inode inode, String field, Object have, Object expect) {
    scene.report().wrong(inode.subject(), field, have, expect);
  }
}
