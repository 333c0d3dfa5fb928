package cairn.repository.read;

import cairn.base.bytes.ChunkId;
import java.io.IOException;

/// A node could not be read: nothing is known of it nor of what it spans.
public final class NodeUnreadable extends IOException {
  private static final long serialVersionUID = 1;

  private final transient ChunkId id;

  public NodeUnreadable(ChunkId id, IOException cause) {
    super(cause.getMessage(), cause);
    this.id = id;
  }

  public ChunkId id() {
    return id;
  }
}
