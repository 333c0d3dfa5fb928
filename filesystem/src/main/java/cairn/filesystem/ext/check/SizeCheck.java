package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.ExtentNode;
import cairn.filesystem.ext.disk.InlineData;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import java.io.IOException;

/// Compares what an inode says of its size with the blocks that it was found to have.
final class SizeCheck {
  private static final int SECTOR_BYTES = 512;
  private static final int DIRECT = 12;
  private static final int PREALLOCATED_AT = 0xcd;

  private final Scene scene;
  private final ExtSuperblock superblock;

  SizeCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
  }

  void check(FileUse use) throws IOException {
    if (!use.isIntact()) {
      return;
    }
    Inode inode = use.inode();
    boolean orphan = scene.orphans().contains(inode.number());
    if (inode.is(Attributes.Type.DIRECTORY)) {
      checkDirectory(use);
    } else if (inode.isInline()) {
      scene.report().good(() -> checkInline(inode));
    } else if (!orphan && !inode.is(Attributes.Type.SYMBOLIC_LINK)) {
      checkFile(use);
    }
    checkBlocks(use);
  }

  private void checkInline(Inode inode) throws CorruptData {
    InlineData data = InlineData.of(inode, superblock.inodeBytes());
    boolean isDirectory = inode.is(Attributes.Type.DIRECTORY);
    boolean hole = inode.is(Attributes.Type.REGULAR) && data.isBlank();
    boolean good = isDirectory ? inode.size() == data.size() : hole || inode.size() <= data.size();
    String expect = (isDirectory ? "" : "0..") + data.size();
    inode.subject().check(inode.size() >= 0 && good, "size", inode.size(), expect);
  }

  private void checkDirectory(FileUse use) throws IOException {
    Inode inode = use.inode();
    if (inode.isInline()) {
      scene.report().good(() -> checkInline(inode));
      return;
    }
    long spare = superblock.fields().u8(PREALLOCATED_AT);
    long most = use.end() * superblock.blockBytes();
    long least = Math.max(0, use.end() - spare) * superblock.blockBytes();
    boolean whole = inode.size() % superblock.blockBytes() == 0;
    if (use.end() == 0 || !whole || inode.size() < least || inode.size() > most) {
      wrong(inode, "size", inode.size(), most);
    }
  }

  private void checkFile(FileUse use) {
    Inode inode = use.inode();
    int blockBytes = superblock.blockBytes();
    boolean beyond =
        use.lastWritten() >= 0
            && inode.size() < use.lastWritten() * blockBytes
            && !inode.has(Inode.FLAG_VERITY);
    if (beyond) {
      wrong(inode, "size", inode.size(), "more than " + use.lastWritten() * blockBytes);
    }
    long most = inode.hasExtents() ? ExtentNode.LOGICAL_END * blockBytes - 1 : pointersMax();
    if (inode.size() < 0 || inode.size() > most) {
      wrong(inode, "size", inode.size(), "0.." + most);
    }
  }

  private long pointersMax() {
    long perBlock = superblock.blockBytes() / Integer.BYTES;
    long blocks = DIRECT + perBlock + perBlock * perBlock + perBlock * perBlock * perBlock;
    return blocks * superblock.blockBytes();
  }

  private void checkBlocks(FileUse use) {
    Inode inode = use.inode();
    long unit = inode.countsBlocks() ? 1 : superblock.blockBytes() / SECTOR_BYTES;
    long blocks = use.clusters() * superblock.blocksPerCluster() * unit;
    if (inode.blocks() != blocks) {
      wrong(inode, "blocks", inode.blocks(), blocks);
    }
  }

  private void wrong(Inode inode, String field, Object have, Object expect) {
    scene.report().wrong(inode.subject(), field, have, expect);
  }
}
