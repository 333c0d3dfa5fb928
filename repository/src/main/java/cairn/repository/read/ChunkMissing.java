package cairn.repository.read;

import cairn.base.bytes.ChunkId;
import java.io.IOException;

/// No index names a place where the chunk lies. The chunk may still be in a pack that no index
/// lists.
public final class ChunkMissing extends IOException {
  private static final long serialVersionUID = 1;

  private final transient ChunkId id;

  public ChunkMissing(ChunkId id) {
    super("chunk " + id + " is in no index: run 'cairn rebuild-index'");
    this.id = id;
  }

  public ChunkId id() {
    return id;
  }
}
