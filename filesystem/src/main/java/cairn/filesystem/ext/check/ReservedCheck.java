package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_RESIZE_INODE;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// Checks the inodes before the first one for files, the root apart: bad blocks, quotas, boot
/// loader, blocks for a larger table of groups, the journal.
final class ReservedCheck {
  private static final int DOUBLE_SLOT = 13;
  private static final int QUOTA_KINDS = 3;
  private static final int QUOTA_USER = 3;
  private static final int QUOTA_GROUP = 4;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final InodeCheck inodes;

  ReservedCheck(Scene scene, InodeCheck inodes) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.inodes = inodes;
  }

  void check(Inode inode) throws IOException {
    long number = inode.number();
    scene.inodes().use(number, 0, 0);
    scene.inodes().exempt(number);
    if (number == Inode.BAD_BLOCKS) {
      checkBadBlocks(inode);
    } else if (isFile(number)) {
      expectRegular(inode);
      inodes.walk(inode);
    } else if (number == Inode.RESIZE && superblock.compat(COMPAT_RESIZE_INODE)) {
      scene.report().good(() -> checkResize(inode));
    } else if (number == Inode.BOOT_LOADER) {
      if (inode.is(Attributes.Type.DIRECTORY)) {
        wrong(inode, "mode", "a directory", "a file");
      }
      inodes.walk(inode);
    } else {
      expectClear(inode);
    }
  }

  private boolean isFile(long number) {
    boolean found = number == superblock.journalInode() && superblock.hasJournal();
    for (int kind = 0; kind < QUOTA_KINDS; kind++) {
      found |= number == superblock.quotaInode(kind);
    }
    return found;
  }

  private void expectRegular(Inode inode) {
    if (!inode.is(Attributes.Type.REGULAR)) {
      wrong(inode, "mode", Integer.toOctalString(inode.mode()), "a regular file");
    }
  }

  private void expectClear(Inode inode) {
    boolean quota = inode.number() == QUOTA_USER || inode.number() == QUOTA_GROUP;
    boolean named = quota || inode.number() == Inode.JOURNAL || inode.number() == Inode.RESIZE;
    boolean clear =
        named
            ? inode.links() == 0 && inode.blocks() == 0 && inode.slot(0) == 0
            : inode.mode() == 0 && inode.blocks() == 0;
    if (!clear) {
      wrong(inode, "content", "something", "nothing");
    }
  }

  private void checkBadBlocks(Inode inode) throws IOException {
    boolean clear =
        inode.mode() == 0
            && inode.user() == 0
            && inode.group() == 0
            && inode.links() == 0
            && inode.attributeBlock() == 0
            && !inode.isInline();
    if (!clear) {
      wrong(inode, "fields", "something", "nothing but blocks");
    }
    if (!inode.hasExtents()) {
      new PointerWalk(scene, new FileUse(scene, inode)).run();
    }
  }

  /// The blocks that are kept for a larger table, and all that later become its copies: the map of
  /// this inode names them as `reserve_backup_gdb` of `fs/ext4/resize.c` does.
  private void checkResize(Inode inode) throws IOException, CorruptData {
    for (int slot = 0; slot < Inode.MAP_SLOTS; slot++) {
      long have = slot == DOUBLE_SLOT ? 0 : inode.slot(slot);
      inode.subject().checkEqual(have, 0, "block of slot " + slot);
    }
    expectRegular(inode);
    long place = inode.slot(DOUBLE_SLOT);
    Fields above = Fields.littleEndian(scene.blocks().read(place, inode.subject()));
    long others = scene.claims().take(place / scene.claims().ratio(), 1);
    inode.subject().checkEqual(others, 0, "claims of others to block " + place);
    int perBlock = superblock.blockBytes() / Integer.BYTES;
    long counted = 1;
    long first = ExtSuperblock.OFFSET / superblock.blockBytes() + 1 + superblock.descriptorBlocks();
    for (int slot = 0; slot < perBlock; slot++) {
      long index = Math.floorMod(slot - superblock.descriptorBlocks(), (long) perBlock);
      boolean isReserved = index < superblock.reservedDescriptorBlocks();
      long have = above.u32(slot * Integer.BYTES);
      inode.subject().checkEqual(have, isReserved ? first + index : 0, "reserved block " + index);
      counted += isReserved ? 1 + checkCopies(inode, have) : 0;
    }
    long blocks = counted * superblock.blocksPerCluster() * (superblock.blockBytes() / 512);
    inode.subject().checkEqual(inode.blocks(), blocks, "blocks");
  }

  private long checkCopies(Inode inode, long block) throws IOException, CorruptData {
    Fields copies = Fields.littleEndian(scene.blocks().read(block, inode.subject()));
    Subject subject = inode.subject();
    String field = "copy of block " + block;
    int at = 0;
    for (long group = 1; group < superblock.groups() && at < copies.size(); group++) {
      if (superblock.hasSuperblock(group)) {
        subject.checkEqual(copies.u32(at), block + group * superblock.blocksPerGroup(), field);
        at += Integer.BYTES;
      }
    }
    subject.checkZeros(copies.bytes(), at, copies.size(), field);
    return at / Integer.BYTES;
  }

  private void wrong(Inode inode, String field, Object have, Object expect) {
    scene.report().wrong(inode.subject(), field, have, expect);
  }
}
