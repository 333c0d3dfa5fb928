package cairn.engine.capture;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.Slice;
import cairn.repository.chunk.Codec;
import cairn.repository.pack.Blob;
import cairn.repository.write.BlobEncoder.Encoded;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A run of neighbouring blocks on its way through the pipeline, with room for their content and
/// for what they are encoded to. Reused; belongs to one thread at a time.
final class Batch {
  private static final int BYTES = 1 << 20;

  final byte[] plain;
  final byte[] encoded;
  private final int blockBytes;
  private final @Nullable ChunkId[] ids;
  private final @Nullable Blob[] blobs;
  private long firstBlock;
  private int count;
  private int plainBytes;
  private int encodedBytes;
  private int healed;

  /// @param blocks how many it has room for
  Batch(int blockBytes, int blocks) {
    this.blockBytes = blockBytes;
    this.plain = new byte[blocks * blockBytes];
    this.encoded = new byte[blocks * Codec.boundBytes(blockBytes)];
    this.ids = new ChunkId[blocks];
    this.blobs = new Blob[blocks];
  }

  /// How many blocks a batch holds at most.
  static int blocks(int blockBytes) {
    return Math.max(1, BYTES / blockBytes);
  }

  int blocksMax() {
    return ids.length;
  }

  void begin(long newFirstBlock, int newPlainBytes) {
    firstBlock = newFirstBlock;
    plainBytes = newPlainBytes;
    count = (newPlainBytes + blockBytes - 1) / blockBytes;
    encodedBytes = 0;
    healed = 0;
    Arrays.fill(ids, null);
    Arrays.fill(blobs, null);
  }

  long firstBlock() {
    return firstBlock;
  }

  int count() {
    return count;
  }

  int plainBytes() {
    return plainBytes;
  }

  Slice block(int slot) {
    int from = slot * blockBytes;
    return Slice.of(plain, from, Math.min(blockBytes, plainBytes - from));
  }

  /// Room for one more encoded block.
  Slice room() {
    return Slice.of(encoded, encodedBytes, encoded.length - encodedBytes);
  }

  /// The block's chunk is stored already, or is stored by somebody else.
  void known(int slot, ChunkId id) {
    ids[slot] = id;
  }

  /// The block's chunk was encoded into [#room()] and is to be stored.
  void encoded(int slot, ChunkId id, Encoded result) {
    ids[slot] = id;
    Slice bytes = Slice.of(encoded, encodedBytes, result.length());
    int raw = block(slot).length();
    blobs[slot] = new Blob(id, raw, result.encoding(), result.base(), Blob.NO_CLEAR, bytes);
    encodedBytes += result.length();
  }

  /// The parent names the chunk, and the repository had lost it.
  void healed() {
    healed++;
  }

  int healedCount() {
    return healed;
  }

  boolean isZeros() {
    return Arrays.stream(ids).allMatch(Objects::isNull);
  }

  /// Null when the block is all zeros.
  @Nullable ChunkId id(int slot) {
    return ids[slot];
  }

  /// Null when there is nothing to store.
  @Nullable Blob blob(int slot) {
    return blobs[slot];
  }
}
