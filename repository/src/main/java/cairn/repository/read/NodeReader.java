package cairn.repository.read;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.check.TreeChecker;
import cairn.repository.tree.Node;
import cairn.repository.tree.NodeSource;
import cairn.repository.tree.Promise;
import java.io.IOException;

/// Reads nodes and passes them through the gate. Safe for use by several threads.
public final class NodeReader implements NodeSource {
  private final ChunkReader chunks;

  public NodeReader(ChunkReader chunks) {
    this.chunks = chunks;
  }

  @Override
  public Node load(Promise promise) throws IOException, CorruptData {
    byte[] bytes;
    try {
      synchronized (chunks) {
        bytes = chunks.read(promise.id());
      }
    } catch (ChunkMissing e) {
      throw e;
    } catch (IOException e) {
      throw new NodeUnreadable(promise.id(), e);
    }
    Subject subject = Subject.of("node", promise.id().toString());
    Node node = Node.parse(bytes, subject);
    TreeChecker.checkAfterRead(node, promise, subject);
    return node;
  }
}
