package cairn.repository.parity;

import cairn.base.bytes.CorruptData;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Compares shards that come by in order, in pieces of any length, with a table: first the
/// protected bytes, then the parity shards. Serves one thread at a time.
public final class ShardSums {
  private final ParityTable table;
  private final ParityShape shape;
  private final CRC32C crc = new CRC32C();
  private int shard;
  private int filled;
  private @Nullable CorruptData wrongData;
  private @Nullable CorruptData wrongParity;

  public ShardSums(ParityTable table) {
    this.table = table;
    this.shape = table.place().shape();
  }

  public void add(byte[] bytes, int from, int length) {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, shape.shardBytes() - filled);
      crc.update(bytes, from + done, part);
      filled += part;
      done += part;
      if (filled == shape.shardBytes()) {
        complete();
      }
    }
  }

  /// To be called between the protected bytes and the parity shards.
  public void endData() {
    if (filled > 0) {
      add(new byte[shape.shardBytes() - filled], 0, shape.shardBytes() - filled);
    }
  }

  private void complete() {
    int have = (int) crc.getValue();
    crc.reset();
    filled = 0;
    int expect = table.crc(shard);
    if (have != expect) {
      CorruptData wrong =
          table
              .place()
              .subject()
              .slot(shard)
              .corrupt("crc of shard", Integer.toString(have), Integer.toString(expect));
      if (shard >= shape.dataShards()) {
        wrongParity = wrongParity == null ? wrong : wrongParity;
      } else {
        wrongData = wrongData == null ? wrong : wrongData;
      }
    }
    shard++;
  }

  /// Says whether all shards came by and were as the table has them.
  ///
  /// @param provenData whether the protected bytes are known to be good: then a data shard that
  ///   differs tells against the table
  public void check(boolean provenData) throws CorruptData {
    if (shard != shape.shards()) {
      throw new IllegalStateException(shard + " of " + shape.shards() + " shards came by");
    }
    if (wrongParity != null) {
      throw wrongParity;
    }
    if (provenData && wrongData != null) {
      throw wrongData;
    }
  }
}
