package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.check.TreeChecker;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.crypto.Protection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/// Nodes in memory, checked as real ones are; remembers which were loaded.
final class MemoryNodes implements NodeSink, NodeSource {
  private static final Subject SUBJECT = Subject.of("node", "00");

  final Map<ChunkId, byte[]> stored = new HashMap<>();
  final List<ChunkId> loaded = new ArrayList<>();
  private final ChunkDigest digest = Protection.clear().newDigest();
  private final long blockCount;

  MemoryNodes(long blockCount) {
    this.blockCount = blockCount;
  }

  @Override
  public ChunkId store(Node node) throws CorruptData {
    TreeChecker.checkBeforeWrite(node, blockCount, SUBJECT);
    return put(node);
  }

  /// Without any check, as a mistaken writer does.
  ChunkId put(Node node) {
    byte[] bytes = node.toBytes();
    ChunkId id = digest.of(bytes, 0, bytes.length);
    stored.put(id, bytes);
    return id;
  }

  @Override
  public Node load(Promise promise) throws IOException, CorruptData {
    loaded.add(promise.id());
    byte[] bytes = stored.get(promise.id());
    if (bytes == null) {
      throw new IOException("no node " + promise.id());
    }
    Node node = Node.parse(bytes, SUBJECT);
    TreeChecker.checkAfterRead(node, promise, SUBJECT);
    return node;
  }

  /// Builds the tree of the blocks given.
  Optional<TreeRoot> build(SortedMap<Long, ChunkId> blocks) throws IOException, CorruptData {
    TreeWriter writer = new TreeWriter(this, blockCount);
    for (Map.Entry<Long, ChunkId> block : blocks.entrySet()) {
      writer.add(block.getKey(), block.getValue());
    }
    return writer.finish();
  }

  /// The ids of all nodes of a tree.
  void reach(Promise promise, Set<ChunkId> ids) throws IOException, CorruptData {
    ids.add(promise.id());
    Node node = load(promise);
    if (node.level() > 0) {
      for (Item item : node.items()) {
        reach(promise.child(item), ids);
      }
    }
  }
}
