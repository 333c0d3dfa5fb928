package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// Where finished nodes go.
public interface NodeSink {
  /// Stores a node unless it is stored already.
  ///
  /// @return its id
  /// @throws CorruptData when the node does not pass the checker: nothing was stored
  ChunkId store(Node node) throws IOException, CorruptData;
}
