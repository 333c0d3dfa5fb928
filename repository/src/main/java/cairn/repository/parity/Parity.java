package cairn.repository.parity;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Writes, checks and uses the parity section of a pack that lies in memory as a whole.
public final class Parity {
  private Parity() {}

  /// Fills in the section of a pack that is complete but for it, and the zeros before it.
  ///
  /// @param pack may be longer than the pack
  public static void write(ParityPlace place, byte[] pack) {
    ParityShape shape = place.shape();
    Arrays.fill(pack, place.blobsEnd(), place.sectionOffset(), (byte) 0);
    Shards shards = new Shards(place, pack);
    ReedSolomon code = new ReedSolomon(shape.parityShards(), shape.shardBytes());
    int[] crcs = new int[shape.shards()];
    int[] wanted = IntStream.range(0, shape.parityShards()).toArray();
    int[][] solution = code.solve(wanted);
    for (int each = 0; each < shape.groups(); each++) {
      int group = each;
      code.read(
          shape.positions(group),
          (position, target) -> {
            if (position < wanted.length) {
              Arrays.fill(target, 0);
            } else {
              int shard = shape.shard(group, position);
              crcs[shard] = shards.crc(shard); // while it is in the cache
              shards.load(shard, target);
            }
          });
      long[][] parity = code.recover(solution);
      for (int position : wanted) {
        int shard = shape.shard(group, position);
        shards.store(shard, parity[position]);
        crcs[shard] = shards.crc(shard);
      }
    }
    new ParityTable(place, crcs).writeTo(pack);
  }

  /// Reads the section of a pack whose protected bytes are good: both copies of the table, the
  /// zeros before them, all parity shards; and computes one group again, another one for each pack.
  ///
  /// @param pack may be longer than the pack
  public static void check(ParityPlace place, byte[] pack) throws CorruptData, IOException {
    ParityShape shape = place.shape();
    Subject subject = place.subject();
    subject.checkZeros(pack, place.blobsEnd(), place.sectionOffset(), "padding");
    ParityTable table = readTable(place, 0, pack);
    boolean same = readTable(place, 1, pack).equals(table);
    subject.check(same && table.place().equals(place), "table", table.place(), place);
    Shards shards = new Shards(place, pack);
    for (int shard = shape.dataShards(); shard < shape.shards(); shard++) {
      subject.slot(shard).checkEqual(shards.crc(shard), table.crc(shard), "crc of shard");
    }
    checkGroup((int) Math.floorMod(place.pack().low(), (long) shape.groups()), table, shards);
  }

  private static ParityTable readTable(ParityPlace place, int copy, byte[] pack)
      throws CorruptData, IOException {
    int from = place.pageOffset(copy, 0);
    byte[] bytes = Arrays.copyOfRange(pack, from, from + place.shape().tableBytes());
    return ParityTable.read(place.pack(), bytes, place.repository());
  }

  private static void checkGroup(int group, ParityTable table, Shards shards) throws CorruptData {
    ParityShape shape = table.place().shape();
    ReedSolomon code = new ReedSolomon(shape.parityShards(), shape.shardBytes());
    int positions = shape.positions(group);
    code.read(positions, (position, target) -> shards.load(shape.shard(group, position), target));
    Subject subject = table.place().subject();
    subject.check(code.isWhole(), "parity of group", group + " and its data", "what fits");
    for (int position = 0; position < positions; position++) {
      int shard = shape.shard(group, position);
      subject.slot(shard).checkEqual(shards.crc(shard), table.crc(shard), "crc of shard");
    }
  }

  /// Brings back what shards lost, as far as each group has parity for it. What comes back has the
  /// CRC that the table tells; beyond that nothing is proven here.
  ///
  /// @param damaged cut off, or with something added, or with wrong bytes anywhere; not changed
  public static Restored restore(ParityTable table, byte[] damaged) {
    ParityPlace place = table.place();
    ParityShape shape = place.shape();
    byte[] pack = Arrays.copyOf(damaged, place.packBytes());
    Arrays.fill(pack, place.blobsEnd(), place.sectionOffset(), (byte) 0);
    table.writeTo(pack);
    Shards shards = new Shards(place, pack);
    BitSet bad = new BitSet();
    for (int shard = 0; shard < shape.shards(); shard++) {
      bad.set(shard, shards.crc(shard) != table.crc(shard));
    }
    int restored = 0;
    int[] groups = bad.stream().map(shape::group).distinct().toArray();
    for (int group : groups) {
      int[] lost = bad.stream().filter(shard -> shape.group(shard) == group).toArray();
      if (lost.length <= shape.parityShards()) {
        restored += restoreGroup(group, lost, table, shards);
      }
    }
    return new Restored(Slice.of(pack), restored, bad.cardinality() - restored);
  }

  /// @return how many shards are good now
  private static int restoreGroup(int group, int[] lost, ParityTable table, Shards shards) {
    ParityShape shape = table.place().shape();
    ReedSolomon code = new ReedSolomon(shape.parityShards(), shape.shardBytes());
    code.read(
        shape.positions(group),
        (position, target) -> {
          int shard = shape.shard(group, position);
          if (Arrays.stream(lost).anyMatch(each -> each == shard)) {
            Arrays.fill(target, 0);
          } else {
            shards.load(shard, target);
          }
        });
    int[] positions = Arrays.stream(lost).map(shape::position).toArray();
    long[][] found = code.recover(code.solve(positions));
    int good = 0;
    for (int i = 0; i < lost.length; i++) {
      shards.store(lost[i], found[i]);
      good += shards.crc(lost[i]) == table.crc(lost[i]) ? 1 : 0;
    }
    return good;
  }

  /// What became of a damaged pack.
  ///
  /// @param bytes as long as the pack was when it was written
  /// @param restored how many shards came back
  /// @param lost how many shards are still damaged
  public record Restored(Slice bytes, int restored, int lost) {}
}
