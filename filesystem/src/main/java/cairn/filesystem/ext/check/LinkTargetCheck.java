package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.InlineData;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// Checks that the target of a symbolic link is as long as the link says: no NUL lies in it, and
/// one follows.
final class LinkTargetCheck {
  private static final int LENGTH_BYTES = 2;

  private final Scene scene;
  private final ExtSuperblock superblock;

  LinkTargetCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
  }

  void check(Inode inode) throws IOException {
    scene.report().good(() -> attempt(inode));
  }

  private void attempt(Inode inode) throws IOException, CorruptData {
    Subject subject = inode.subject();
    long size = inode.size();
    subject.check(!inode.has(Inode.FLAG_INDEX), "flag of index", "set", "not set");
    if (inode.isInline()) {
      InlineData data = InlineData.of(inode, superblock.inodeBytes());
      subject.checkEqual(size, data.size(), "size");
      return;
    }
    byte[] target =
        inode.isShortLink()
            ? inode.table().raw(inode.at() + Inode.MAP_AT, Inode.MAP_BYTES)
            : block(inode);
    subject.check(size > 0 && size < target.length, "size", size, "1.." + (target.length - 1));
    int length = inode.has(Inode.FLAG_ENCRYPTED) ? encrypted(target) : plain(target);
    subject.checkEqual(size, length, "size");
  }

  private byte[] block(Inode inode) throws IOException, CorruptData {
    Subject subject = inode.subject();
    BlockMap.Run run = BlockMap.of(inode, scene.blocks()).find(0);
    subject.check(!run.isHole(), "target", "none", "a block");
    return scene.blocks().read(run.physical(), subject);
  }

  private static int encrypted(byte[] target) {
    return Fields.littleEndian(target).u16(0) + LENGTH_BYTES;
  }

  private static int plain(byte[] target) {
    int length = 0;
    while (length < target.length && target[length] != 0) {
      length++;
    }
    return length;
  }
}
