package cairn.repository.parity;

import java.util.Optional;

/// How the bytes of a pack are cut into shards, and the shards dealt out to groups.
///
/// Data shards are numbered from 0 on in the order of the protected bytes, of which the last one is
/// filled up with zeros; then come the parity shards. Shard `i` of either sort belongs to group `i
/// mod groups`, so that a burst hits many groups once and not one group often.
///
/// @param protectedBytes of the pack, parity left out
/// @param shardBytes [#SMALL] or [#LARGE]
/// @param parityShards of each group, 1..5
public record ParityShape(int protectedBytes, int shardBytes, int groups, int parityShards) {
  public static final int PERCENT_MAX = 50;
  static final int SMALL = 1024;
  static final int LARGE = 4096;

  private static final int LARGE_FROM_BYTES = 1 << 20;
  private static final int SECTOR_BYTES = 4096;

  /// The shape that a writer gives to a pack.
  ///
  /// Groups are so large that parity is about `percent` of the data, and so many that the loss of
  /// any 4 KiB is made good, however small the pack is.
  ///
  /// @param percent 0..[#PERCENT_MAX]
  /// @return empty for 0 percent
  public static Optional<ParityShape> of(int protectedBytes, int percent) {
    if (percent == 0) {
      return Optional.empty();
    }
    int shardBytes = protectedBytes >= LARGE_FROM_BYTES ? LARGE : SMALL;
    int groupMax = percent == 1 ? 200 : 100 * ReedSolomon.PARITY_MAX / percent;
    int groups = Math.ceilDiv(Math.ceilDiv(protectedBytes, shardBytes), groupMax);
    // A sector that is not aligned with the shards touches one more than it is long.
    int touched = Math.ceilDiv(SECTOR_BYTES / shardBytes + 1, groups);
    int parityShards = percent == 1 ? Math.max(2, touched) : ReedSolomon.PARITY_MAX;
    return Optional.of(new ParityShape(protectedBytes, shardBytes, groups, parityShards));
  }

  /// Whether shards and groups are as the format allows.
  boolean isValid() {
    return protectedBytes > 0
        && (shardBytes == SMALL || shardBytes == LARGE)
        && parityShards >= 1
        && parityShards <= ReedSolomon.PARITY_MAX
        && groups >= 1
        && groups <= dataShards()
        && positions(0) <= ReedSolomon.POSITIONS_MAX;
  }

  int dataShards() {
    return Math.ceilDiv(protectedBytes, shardBytes);
  }

  /// Data and parity.
  int shards() {
    return dataShards() + groups * parityShards;
  }

  /// The number of shards in a group.
  int positions(int group) {
    return parityShards + Math.ceilDiv(dataShards() - group, groups);
  }

  int group(int shard) {
    return shard < dataShards() ? shard % groups : (shard - dataShards()) % groups;
  }

  /// Where in its group a shard is: parity shards first.
  int position(int shard) {
    return shard < dataShards() ? parityShards + shard / groups : (shard - dataShards()) / groups;
  }

  /// The shard at a position of a group.
  int shard(int group, int position) {
    return position < parityShards
        ? dataShards() + position * groups + group
        : (position - parityShards) * groups + group;
  }

  int tablePages() {
    return ParityTable.pages(shards());
  }

  /// Of one copy.
  public int tableBytes() {
    return tablePages() * ParityTable.PAGE_BYTES;
  }

  /// Of the parity section: both copies of the table and the parity shards. A multiple of 1,024.
  public long sectionBytes() {
    return 2L * tableBytes() + (long) groups * parityShards * shardBytes;
  }
}
