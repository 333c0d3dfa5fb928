package cairn.repository;

import cairn.base.bytes.CorruptData;
import cairn.repository.index.Index;
import cairn.repository.read.ChunkReader;
import cairn.repository.read.NodeReader;
import cairn.repository.session.CommittedIndex;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;

/// What can be read of a repository: the index of what was committed when it was opened. Safe for
/// use by several threads.
public final class View implements AutoCloseable {
  private final Repository repository;
  private final CommittedIndex committed;
  private final ChunkReader nodeChunks;
  private final NodeReader nodes;

  View(Repository repository) throws IOException, CorruptData {
    this.repository = repository;
    this.committed = repository.openIndex();
    this.nodeChunks = newReader();
    this.nodes = new NodeReader(nodeChunks);
  }

  public Repository repository() {
    return repository;
  }

  public CommittedIndex committed() {
    return committed;
  }

  public Index index() {
    return committed.index();
  }

  /// A reader of chunks for one thread, to be closed by the caller before this view.
  public ChunkReader newReader() {
    return new ChunkReader(repository.storage(), committed.index(), repository.protection());
  }

  public NodeReader nodes() {
    return nodes;
  }

  /// The tree of a volume of a snapshot.
  public VolumeTree tree(VolumeImage volume) {
    return new VolumeTree(nodes, volume.root().orElse(null), volume.blockCount());
  }

  @Override
  public void close() {
    nodeChunks.close();
    committed.close();
  }
}
