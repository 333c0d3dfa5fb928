package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import java.io.IOException;
import java.util.BitSet;

/// Checks descriptors of groups by themselves, and claims what they say is theirs. What lies
/// outside of the volume, or where something else lies, is not looked at any further.
final class GroupCheck {
  private final Scene scene;
  private final ExtSuperblock superblock;
  private final Report report;
  private final BitSet tables = new BitSet();
  private final BitSet blockBitmaps = new BitSet();
  private final BitSet inodeBitmaps = new BitSet();

  GroupCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.report = scene.report();
  }

  void run() throws IOException {
    for (ExtGroup group : scene.groups()) {
      claimHead(group.number());
    }
    for (ExtGroup group : scene.groups()) {
      report.good(group::checkSeal);
      checkFlags(group);
      checkCounts(group);
      int index = (int) group.number();
      tables.set(index, report.good(group::checkInodeTablePlace) && claimTable(group));
      blockBitmaps.set(
          index,
          report.good(group::checkBlockBitmapPlace)
              && claim(group, "block bitmap", group.blockBitmap(), 1));
      inodeBitmaps.set(
          index,
          report.good(group::checkInodeBitmapPlace)
              && claim(group, "inode bitmap", group.inodeBitmap(), 1));
    }
  }

  /// Whether the inodes of a group can be read.
  boolean hasTable(long group) {
    return tables.get((int) group);
  }

  boolean hasBlockBitmap(long group) {
    return blockBitmaps.get((int) group);
  }

  boolean hasInodeBitmap(long group) {
    return inodeBitmaps.get((int) group);
  }

  private void claimHead(long group) {
    long[] range = superblock.headRanges(group);
    if (range[1] > range[0]) {
      scene.claims().takeMetadata(range[0], range[1] - range[0]);
    }
  }

  private boolean claimTable(ExtGroup group) {
    return claim(group, "inode table", group.inodeTable(), superblock.inodeTableBlocks());
  }

  private boolean claim(ExtGroup group, String what, long block, long count) {
    if (!group.isHome(block, count)) {
      report.wrong(group.subject(), what, block, "a block of the group");
    }
    long others = scene.claims().takeMetadata(block, count);
    if (others > 0) {
      report.wrong(group.subject(), what, block + ", in use by others", "free blocks");
    }
    return others == 0;
  }

  private void checkFlags(ExtGroup group) {
    if (group.hasStrayFlags()) {
      report.wrong(group.subject(), "flags", "set", "none without checksums");
    }
    boolean last = group.number() == superblock.groups() - 1;
    if (last && !group.hasBitmap()) {
      report.wrong(group.subject(), "block bitmap", "none", "one in the last group");
    }
  }

  private void checkCounts(ExtGroup group) {
    long inodes = superblock.inodesPerGroup();
    most(group, "free clusters", group.freeClusters(), superblock.blocksPerGroup());
    most(group, "free inodes", group.freeInodes(), inodes);
    most(group, "directories", group.directories(), inodes);
    if (superblock.hasDescriptorChecksums()) {
      most(group, "unused inodes", group.unusedInodes(), Math.min(inodes, group.freeInodes()));
    }
  }

  private void most(ExtGroup group, String field, long have, long most) {
    if (have > most) {
      report.wrong(group.subject(), field, have, "0.." + most);
    }
  }
}
