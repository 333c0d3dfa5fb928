package cairn.filesystem.ext;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.layout.Bits;
import cairn.filesystem.used.Merging;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Goes through the groups of a file system in ascending order and tells what their bitmaps say.
///
/// A group without a bitmap is described by what must lie in it: superblock, descriptors, and the
/// metadata of this and other groups. In a group that has one the same bits must be set, else the
/// bitmap is not the one of this file system.
final class ExtAllocation {
  private final BlockReader volume;
  private final ExtSuperblock superblock;
  private final ExtMetadata metadata;
  private final Merging visitor;
  private final byte[] derived;

  ExtAllocation(
      BlockReader volume, ExtSuperblock superblock, ExtMetadata metadata, Merging visitor) {
    this.volume = volume;
    this.superblock = superblock;
    this.metadata = metadata;
    this.visitor = visitor;
    this.derived = new byte[superblock.clustersPerGroup() / 8];
  }

  void visit(List<ExtGroup> groups) throws IOException, CorruptData {
    ExtBitmaps bitmaps = new ExtBitmaps(volume, superblock.blockBytes(), groups);
    for (int index = 0; index < groups.size(); index++) {
      ExtGroup group = groups.get(index);
      group.check();
      if (group.hasBitmap()) {
        int from = bitmaps.locate(index);
        group.checkBitmap(bitmaps.bytes(), from);
        checkAgainstMetadata(group, bitmaps.bytes(), from);
        checkCount(group, bitmaps.bytes(), from);
        tell(group, bitmaps.bytes(), from);
      } else {
        derive(group);
        tell(group, derived, 0);
      }
    }
  }

  private void checkAgainstMetadata(ExtGroup group, byte[] bitmap, int from) throws CorruptData {
    Subject subject = Subject.of("block bitmap", Long.toString(group.number()));
    long first = superblock.firstBlock(group.number());
    long end = first + superblock.blocksPerGroup();
    int index = metadata.firstAfter(first);
    while (index < metadata.size() && metadata.start(index) < end) {
      int low = cluster(Math.max(first, metadata.start(index)) - first);
      int high = cluster(Math.min(end, metadata.end(index)) - 1 - first) + 1;
      int clear = Bits.nextClear(bitmap, from, low, high);
      subject.check(clear == high, "bit of metadata", clear, high);
      index++;
    }
  }

  private void checkCount(ExtGroup group, byte[] bitmap, int from) throws CorruptData {
    long clusters = group.clusters();
    long free = clusters - Bits.count(bitmap, from, (int) clusters);
    Subject.of("group descriptor", Long.toString(group.number()))
        .checkEqual(group.freeClusters(), free, "free clusters");
  }

  private void derive(ExtGroup group) {
    Arrays.fill(derived, (byte) 0);
    long first = superblock.firstBlock(group.number());
    long end = first + superblock.blocksPerGroup();
    long head = Math.min(superblock.headBlocks(group.number()), superblock.blocksPerGroup());
    if (head > 0) {
      Bits.set(derived, 0, cluster(head - 1) + 1);
    }
    int index = metadata.firstAfter(first);
    while (index < metadata.size() && metadata.start(index) < end) {
      int low = cluster(Math.max(first, metadata.start(index)) - first);
      int high = cluster(Math.min(end, metadata.end(index)) - 1 - first) + 1;
      Bits.set(derived, low, high);
      index++;
    }
  }

  private void tell(ExtGroup group, byte[] bitmap, int from) {
    int clusters = group.clusters();
    long clusterBytes = (long) superblock.blocksPerCluster() * superblock.blockBytes();
    long start = superblock.firstBlock(group.number()) * superblock.blockBytes();
    long limit = superblock.bytes();
    int low = Bits.nextSet(bitmap, from, 0, clusters);
    while (low < clusters) {
      int high = Bits.nextClear(bitmap, from, low, clusters);
      long offset = start + low * clusterBytes;
      visitor.used(offset, Math.min(limit - offset, (high - low) * clusterBytes));
      low = Bits.nextSet(bitmap, from, high, clusters);
    }
  }

  private int cluster(long blockOfGroup) {
    return (int) (blockOfGroup / superblock.blocksPerCluster());
  }
}
