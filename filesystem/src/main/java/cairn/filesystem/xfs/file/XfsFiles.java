package cairn.filesystem.xfs.file;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Finds inodes. Those that lie together are read together, since the entries of a directory mostly
/// do; a few such clusters are kept.
public final class XfsFiles {
  private static final int CLUSTER_BYTES = 16 << 10;
  private static final int CLUSTERS = 64;

  private final XfsSource source;
  private final int clusterBytes;
  private final AtomicReferenceArray<@Nullable Cluster> clusters =
      new AtomicReferenceArray<>(CLUSTERS);

  private record Cluster(long offset, Fields fields) {}

  private XfsFiles(XfsSource source) {
    this.source = source;
    this.clusterBytes = Math.max(CLUSTER_BYTES, source.superblock().blockBytes());
  }

  /// The topmost directory.
  public static FileNode root(BlockReader volume, XfsSuperblock superblock)
      throws IOException, CorruptData, Unreadable {
    Subject.of("superblock", "xfs")
        .check(superblock.bytes() <= volume.size(), "size", superblock.bytes(), volume.size());
    try {
      superblock.checkFeatures();
    } catch (MapRefused e) {
      throw new Unreadable("The files of this XFS cannot be read: " + e.getMessage());
    }
    XfsFiles files = new XfsFiles(new XfsSource(volume, superblock));
    return files.node(superblock.rootInode());
  }

  XfsSource source() {
    return source;
  }

  /// @param number as it was read from somewhere
  FileNode node(long number) throws IOException, CorruptData {
    XfsSuperblock superblock = source.superblock();
    Subject.of("inode", Long.toUnsignedString(number))
        .check(superblock.isInode(number), "number", number, "within the file system");
    long offset = superblock.inodeOffset(number);
    long start = superblock.groupOffset(superblock.inodeGroup(number));
    long clusterAt = offset - (offset - start) % clusterBytes;
    Fields cluster = cluster(clusterAt);
    int from = (int) (offset - clusterAt);
    Fields own = cluster.part(from, superblock.inodeBytes());
    return XfsNode.of(this, XfsInode.used(source, own, 0, number));
  }

  private Fields cluster(long offset) throws IOException, CorruptData {
    int slot = (int) (offset / clusterBytes % CLUSTERS);
    Cluster kept = clusters.get(slot);
    if (kept != null && kept.offset() == offset) {
      return kept.fields();
    }
    int length = (int) Math.min(clusterBytes, source.superblock().bytes() - offset);
    Fields fields = source.read(offset, length, Subject.of("inodes", Long.toString(offset)));
    clusters.set(slot, new Cluster(offset, fields));
    return fields;
  }
}
