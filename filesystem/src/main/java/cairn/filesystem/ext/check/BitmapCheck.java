package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.layout.Bits;
import cairn.filesystem.layout.BlockSet;
import java.io.IOException;
import java.util.Arrays;

/// Compares the bitmaps of a group, and what it and the superblock count, with what was found.
final class BitmapCheck {
  private final Scene scene;
  private final ExtSuperblock superblock;
  private final GroupCheck groups;
  private final byte[] found;
  private long freeClusters;
  private long freeInodes;

  BitmapCheck(Scene scene, GroupCheck groups) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.groups = groups;
    this.found = new byte[superblock.blockBytes()];
  }

  void run() throws IOException {
    for (ExtGroup group : scene.groups()) {
      checkBlocks(group);
      checkInodes(group);
    }
    if (!scene.dirty()) {
      Subject subject = Subject.of("superblock", "ext").at("1024");
      equal(subject, "free clusters", superblock.freeClusters(), freeClusters);
      equal(subject, "free inodes", superblock.fields().u32(0x10), freeInodes);
    }
  }

  private void checkBlocks(ExtGroup group) throws IOException {
    int clusters = group.clusters();
    long first = superblock.firstBlock(group.number()) / superblock.blocksPerCluster();
    Arrays.fill(found, (byte) 0);
    BlockSet claimed = scene.claims().clusters();
    long at = claimed.nextIn(first);
    while (at < first + clusters) {
      long end = Math.min(first + clusters, claimed.nextOut(at));
      Bits.set(found, (int) (at - first), (int) (end - first));
      at = claimed.nextIn(end);
    }
    long free = (long) clusters - Bits.count(found, 0, clusters);
    freeClusters += free;
    equal(group.subject(), "free clusters", group.freeClusters(), free);
    Subject subject = Subject.of("block bitmap", Long.toString(group.number()));
    if (!group.hasBitmap()) {
      if (group.freeClusters() != free) {
        scene.report().wrong(subject, "bitmap", "none", "one");
      }
    } else if (groups.hasBlockBitmap(group.number())) {
      scene
          .report()
          .good(() -> {
            byte[] bitmap = scene.blocks().read(group.blockBitmap(), subject);
            scene.report().good(() -> group.checkBitmap(bitmap, 0));
            compare(bitmap, clusters, subject);
          });
    }
  }

  private void checkInodes(ExtGroup group) throws IOException {
    int count = (int) superblock.inodesPerGroup();
    Subject subject = Subject.of("inode bitmap", Long.toString(group.number()));
    int directories = fillInodes(group.number() * count, count);
    long free = (long) count - Bits.count(found, 0, count);
    freeInodes += free;
    equal(group.subject(), "free inodes", group.freeInodes(), free);
    equal(group.subject(), "directories", group.directories(), directories);
    if (!group.hasInodes()) {
      equal(subject, "inodes in use of an empty group", count - free, 0);
    } else if (groups.hasInodeBitmap(group.number())) {
      scene
          .report()
          .good(() -> {
            byte[] bitmap = scene.blocks().read(group.inodeBitmap(), subject);
            scene.report().good(() -> group.checkInodeBitmap(bitmap, 0));
            compare(bitmap, count, subject);
          });
    }
  }

  /// @return how many are directories
  private int fillInodes(long before, int count) {
    Arrays.fill(found, (byte) 0);
    int directories = 0;
    long inode = scene.inodes().nextUsed(before + 1);
    while (inode != 0 && inode <= before + count) {
      int bit = (int) (inode - before - 1);
      Bits.set(found, bit, bit + 1);
      directories += scene.directories().find(inode) >= 0 ? 1 : 0;
      inode = scene.inodes().nextUsed(inode + 1);
    }
    return directories;
  }

  private void compare(byte[] bitmap, int bits, Subject subject) throws CorruptData {
    int lost = 0;
    int stray = 0;
    int first = -1;
    for (int bit = 0; bit < bits; bit++) {
      if (bit % 8 == 0 && bit + 8 <= bits && bitmap[bit / 8] == found[bit / 8]) {
        bit += 7;
        continue;
      }
      int have = bitmap[bit / 8] >>> (bit % 8) & 1;
      int expect = found[bit / 8] >>> (bit % 8) & 1;
      if (have != expect) {
        first = first < 0 ? bit : first;
        lost += expect;
        stray += have;
      }
    }
    subject.check(
        first < 0, "bits", lost + " clear and " + stray + " set, the first " + first, "as found");
    int padding = Bits.nextClear(bitmap, 0, bits, 8 * bitmap.length);
    subject.check(padding == 8 * bitmap.length, "padding, bit " + padding, 0, 1);
  }

  private void equal(Subject subject, String field, long have, long expect) {
    if (have != expect) {
      scene.report().wrong(subject, field, have, expect);
    }
  }
}
