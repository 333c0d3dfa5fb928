package cairn.repository.crypto;

import cairn.base.bytes.ChunkId;

/// Computes chunk ids. One for each thread: it reuses its state.
public interface ChunkDigest {
  ChunkId of(byte[] bytes, int offset, int length);
}
