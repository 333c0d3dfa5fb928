package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;

/// What the blocks of an inode are found to be while its map is walked.
final class FileUse {
  private final Scene scene;
  private final Inode inode;
  private final boolean isDirectory;
  private long clusters;
  private long end;
  private long lastWritten = -1;
  private long previousCluster = -1;
  private boolean intact = true;

  FileUse(Scene scene, Inode inode) {
    this.scene = scene;
    this.inode = inode;
    this.isDirectory =
        inode.is(Attributes.Type.DIRECTORY) && scene.directories().isLast(inode.number());
  }

  Inode inode() {
    return inode;
  }

  /// How many clusters are its own.
  long clusters() {
    return clusters;
  }

  /// The logical block behind the last one.
  long end() {
    return end;
  }

  /// The last logical block that was written, or -1.
  long lastWritten() {
    return lastWritten;
  }

  /// Whether nothing was found wrong with its map. Else its counts say nothing.
  boolean isIntact() {
    return intact;
  }

  void damaged() {
    intact = false;
  }

  /// Something that takes space and is no content.
  void count(long more) {
    clusters += more;
  }

  /// A block of the map, or of attributes.
  ///
  /// @return whether it is nobody else's
  boolean claimNode(long block) {
    clusters++;
    return claim(block / scene.claims().ratio(), 1, block);
  }

  /// Content. Ranges come in ascending logical order.
  void claim(long logical, long physical, long length, boolean written) {
    checkOrder(logical, written);
    long ratio = scene.claims().ratio();
    if (logical % ratio != physical % ratio) {
      wrong("place within its cluster", physical % ratio, logical % ratio);
    }
    long first = physical / ratio;
    long stop = (physical + length - 1) / ratio + 1;
    first += first == previousCluster ? 1 : 0;
    previousCluster = stop - 1;
    if (stop > first) {
      clusters += stop - first;
      claim(first, stop - first, physical);
    }
    end = logical + length;
    if (written) {
      lastWritten = end - 1;
    }
    if (isDirectory && intact) {
      scene.directories().addRun(logical, physical, length);
    }
  }

  /// A directory has neither holes nor blocks that were never written.
  private void checkOrder(long logical, boolean written) {
    if (isDirectory && logical > end) {
      wrong("logical block", logical, end);
    }
    if (isDirectory && !written) {
      wrong("block " + logical, "unwritten", "written");
    }
  }

  private boolean claim(long firstCluster, long count, long block) {
    long others = scene.claims().take(firstCluster, count);
    if (others > 0) {
      wrong("blocks from " + block, others + " in use by others", "its own");
    }
    return others == 0;
  }

  private void wrong(String field, Object have, Object expect) {
    intact = false;
    scene.report().wrong(inode.subject(), field, have, expect);
  }
}
