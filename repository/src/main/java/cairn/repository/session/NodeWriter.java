package cairn.repository.session;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.check.TreeChecker;
import cairn.repository.chunk.Codec;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.repository.tree.NodeSink;
import cairn.repository.write.NodeEncoder;
import java.io.IOException;

/// Passes the nodes of one tree through the gate and stores those that are new. A node that does
/// not pass ends the session (truth 8): memory that was wrong once is not to be trusted again. Not
/// safe for use by several threads.
public final class NodeWriter implements NodeSink {
  private final WriteSession session;
  private final NodeEncoder encoder;
  private final long blockCount;

  /// @param blockCount of the volume
  public NodeWriter(WriteSession session, NodeEncoder encoder, long blockCount) {
    this.session = session;
    this.encoder = encoder;
    this.blockCount = blockCount;
  }

  @Override
  public ChunkId store(Node node) throws IOException, CorruptData {
    return session.run(() -> checkAndStore(node));
  }

  private ChunkId checkAndStore(Node node) throws IOException, CorruptData {
    Subject subject = Subject.of("node", "about to be written");
    TreeChecker.checkBeforeWrite(node, blockCount, subject);
    for (int slot = 0; slot < node.items().size(); slot++) {
      Item item = node.items().get(slot);
      subject.slot(slot).check(session.mayName(item.id()), "id", item.id(), "a stored chunk");
    }
    byte[] bytes = node.toBytes();
    subject.check(Node.parse(bytes, subject).equals(node), "bytes", "another node", "this node");
    ChunkId id = encoder.id(bytes);
    if (session.find(id) == null && session.claim(id)) {
      int clear = Node.clearBytes(node.items().size());
      byte[] room = new byte[Codec.boundBytes(bytes.length)];
      Blob blob = encoder.encode(id, bytes, clear, Slice.of(room));
      session.append(PackContent.NODES, blob);
    }
    return id;
  }
}
