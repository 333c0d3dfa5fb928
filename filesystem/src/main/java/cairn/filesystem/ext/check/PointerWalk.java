package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// Walks the map of blocks of an inode of ext2 or ext3, in ascending order. Blocks of numbers that
/// somebody else has are not gone into; after a dozen numbers that cannot be, the rest is not
/// looked at.
final class PointerWalk {
  private static final int DIRECT = 12;
  private static final int WRONG_MAX = 12;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final FileUse use;
  private final Inode inode;
  private final long perBlock;
  private int wrong;
  private long runLogical;
  private long runPhysical;
  private long runLength;

  PointerWalk(Scene scene, FileUse use) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.use = use;
    this.inode = use.inode();
    this.perBlock = superblock.blockBytes() / Integer.BYTES;
  }

  void run() throws IOException {
    for (int slot = 0; slot < DIRECT; slot++) {
      visit(inode.slot(slot), slot, 0);
    }
    long logical = DIRECT;
    long covered = 1;
    for (int slot = DIRECT; slot < Inode.MAP_SLOTS; slot++) {
      visit(inode.slot(slot), logical, slot - DIRECT + 1);
      covered *= perBlock;
      logical += covered;
    }
    flush();
  }

  private void visit(long place, long logical, int steps) throws IOException {
    if (place == 0 || wrong >= WRONG_MAX) {
      return;
    }
    if (!superblock.holds(place)) {
      wrong++;
      use.damaged();
      scene.report().wrong(inode.subject(), "block " + logical, place, "0.." + superblock.blocks());
    } else if (steps > 0) {
      descend(place, logical, steps);
    } else {
      claim(place, logical);
    }
  }

  private void descend(long place, long logical, int steps) throws IOException {
    flush();
    if (!use.claimNode(place)) {
      return;
    }
    byte[] block = new byte[superblock.blockBytes()];
    scene.blocks().fill(place, block, 1);
    Fields numbers = Fields.littleEndian(block);
    long covered = 1;
    for (int step = 1; step < steps; step++) {
      covered *= perBlock;
    }
    for (int index = 0; index < perBlock; index++) {
      visit(numbers.u32(index * Integer.BYTES), logical + index * covered, steps - 1);
    }
  }

  private void claim(long place, long logical) {
    boolean joins =
        runLength > 0 && runLogical + runLength == logical && runPhysical + runLength == place;
    if (joins) {
      runLength++;
      return;
    }
    flush();
    runLogical = logical;
    runPhysical = place;
    runLength = 1;
  }

  private void flush() {
    if (runLength > 0) {
      use.claim(runLogical, runPhysical, runLength, true);
      runLength = 0;
    }
  }
}
