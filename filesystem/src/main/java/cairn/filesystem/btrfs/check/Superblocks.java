package cairn.filesystem.btrfs.check;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import java.io.IOException;

/// The copies of the superblock. They are written after the first one, and not at all by fsync.
final class Superblocks {
  private Superblocks() {}

  static void check(BlockReader volume, BtrfsSuperblock first, Report report) throws IOException {
    long size = Math.min(volume.size(), first.deviceBytes());
    if (first.deviceBytes() > volume.size()) {
      report.corrupt(subject(), "device size", first.deviceBytes(), volume.size());
    }
    for (long place : BtrfsSuperblock.COPIES) {
      if (place > BtrfsSuperblock.COPIES.getFirst() && place + BtrfsSuperblock.BYTES <= size) {
        try {
          compare(first, BtrfsSuperblock.read(volume, place), place, report);
        } catch (CorruptData e) {
          report.problem(e);
        }
      }
    }
  }

  private static Subject subject() {
    return Subject.of("superblock", "btrfs");
  }

  private static void compare(
      BtrfsSuperblock first, BtrfsSuperblock copy, long place, Report report) {
    Subject subject = subject().at(Long.toString(place));
    long behind = first.generation() - copy.generation();
    if (!copy.isSame(first)) {
      report.corrupt(subject, "uuid", copy.uuid() + "", first.uuid() + "");
    } else if (behind < 0 || behind > 1) {
      report.corrupt(subject, "generation", copy.generation(), first.generation());
    } else if (behind == 0 && !copy.isCopy(first)) {
      report.corrupt(subject, "content", "another", "that of the first");
    }
  }
}
