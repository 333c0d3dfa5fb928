package cairn.repository.parity;

import cairn.base.bytes.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The shards of a pack that lies in memory as a whole. Serves one thread at a time.
final class Shards {
  private final ParityPlace place;
  private final ParityShape shape;
  private final byte[] pack;
  private final byte[] pieced;

  /// @param pack at least [ParityPlace#packBytes]; not copied
  Shards(ParityPlace place, byte[] pack) {
    this.place = place;
    this.shape = place.shape();
    this.pack = pack;
    this.pieced = new byte[shape.shardBytes()];
  }

  int crc(int shard) {
    int offset = offset(shard);
    return offset >= 0
        ? Crc32c.of(pack, offset, shape.shardBytes())
        : Crc32c.of(piece(shard), 0, shape.shardBytes());
  }

  void load(int shard, long[] target) {
    int offset = offset(shard);
    byte[] bytes = offset >= 0 ? pack : piece(shard);
    ByteBuffer.wrap(bytes, Math.max(offset, 0), shape.shardBytes())
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(target);
  }

  void store(int shard, long[] source) {
    ByteBuffer.wrap(pieced).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(source);
    int offset = offset(shard);
    if (offset >= 0) {
      System.arraycopy(pieced, 0, pack, offset, shape.shardBytes());
    } else {
      copyPieces(shard, true);
    }
  }

  /// Where a shard lies; -1 when the parity section cuts it in two, or when it is filled up.
  private int offset(int shard) {
    if (shard >= shape.dataShards()) {
      return place.parityOffset(shard);
    }
    int from = shard * shape.shardBytes();
    int to = from + shape.shardBytes();
    if (to <= place.blobsEnd()) {
      return from;
    }
    boolean inTail = from >= place.blobsEnd() && to <= shape.protectedBytes();
    return inTail ? place.tailOffset() - place.blobsEnd() + from : -1;
  }

  private byte[] piece(int shard) {
    Arrays.fill(pieced, (byte) 0);
    copyPieces(shard, false);
    return pieced;
  }

  private void copyPieces(int shard, boolean back) {
    int from = shard * shape.shardBytes();
    int to = Math.min(from + shape.shardBytes(), shape.protectedBytes());
    int cut = Math.clamp(place.blobsEnd(), from, to);
    copy(from, 0, cut - from, back);
    copy(place.tailOffset() - place.blobsEnd() + cut, cut - from, to - cut, back);
  }

  private void copy(int inPack, int inPiece, int length, boolean back) {
    if (back) {
      System.arraycopy(pieced, inPiece, pack, inPack, length);
    } else {
      System.arraycopy(pack, inPack, pieced, inPiece, length);
    }
  }
}
