package cairn.repository.tree;

import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// Where nodes come from, checked.
public interface NodeSource {
  /// Reads a node and checks it against what its parent promised.
  ///
  /// @throws CorruptData when it is damaged or not what was promised
  /// @throws IOException when it could not be read, or is not there
  Node load(Promise promise) throws IOException, CorruptData;
}
