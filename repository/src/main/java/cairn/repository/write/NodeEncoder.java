package cairn.repository.write;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.Blob;

/// Encodes nodes: the clear part as it is, the body compressed, and proves it by decoding. Serves
/// one thread at a time.
public final class NodeEncoder implements AutoCloseable {
  /// Bodies are small and very regular.
  private static final int LEVEL = 3;

  private final Codec codec = new Codec(LEVEL);
  private final ChunkDigest digest;

  public NodeEncoder(Protection protection) {
    this.digest = protection.newDigest();
  }

  public ChunkId id(byte[] node) {
    return digest.of(node, 0, node.length);
  }

  /// Encodes a node.
  ///
  /// @param clearBytes the length of its clear part
  /// @param target room for [Codec#boundBytes] of the node
  /// @return a blob within `node` and `target`
  /// @throws CorruptData when decoding did not give back the node
  public Blob encode(ChunkId id, byte[] node, int clearBytes, Slice target) throws CorruptData {
    Slice clear = Slice.of(node, 0, clearBytes);
    Slice body = Slice.of(node, clearBytes, node.length - clearBytes);
    int length = codec.compress(body, target);
    if (length >= body.length()) {
      return new Blob(id, node.length, Encoding.RAW, null, clear, body);
    }
    Slice encoded = Slice.of(target.bytes(), target.offset(), length);
    byte[] again = new byte[node.length];
    System.arraycopy(node, 0, again, 0, clearBytes);
    Subject subject = Subject.of("node", id.toString());
    boolean good = codec.expand(encoded, Slice.of(again, clearBytes, body.length()));
    subject.check(good, "encoded bytes", "malformed", Encoding.ZSTD);
    subject.check(id(again).equals(id), "id", id(again), id);
    return new Blob(id, node.length, Encoding.ZSTD, null, clear, encoded);
  }

  @Override
  public void close() {
    codec.close();
  }
}
