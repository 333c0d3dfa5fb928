package cairn.engine.collect;

import java.util.List;

/// What a collection found and did, or means to do.
///
/// @param changes to be made, in a plan; made, in the end
/// @param notes what is not wrong but worth knowing
public record CollectReport(
    boolean dryRun, Found found, Changes changes, List<String> notes, long durationMillis) {
  public CollectReport {
    notes = List.copyOf(notes);
  }

  /// What there is.
  ///
  /// @param snapshots that were marked
  /// @param nodes different tree nodes that were read
  /// @param dataBytes blocks that are not all zeros, of all snapshots
  /// @param liveChunks different data chunks that snapshots reach
  /// @param liveRawBytes their plaintext
  /// @param liveBytes what they take in packs
  /// @param garbageChunks different chunks that indexes list and nobody reaches
  /// @param garbageBytes what is not needed, in packs that stay too
  /// @param pendingBytes packs of backups that run or were broken off lately
  /// @param packBytes all packs
  public record Found(
      long snapshots,
      long nodes,
      long dataBytes,
      long liveChunks,
      long liveRawBytes,
      long liveBytes,
      long garbageChunks,
      long garbageBytes,
      long pendingBytes,
      long packBytes) {}

  /// What becomes of packs.
  ///
  /// @param packsRemoved with those that were repacked
  /// @param packsRepacked whose live blobs are copied first
  /// @param bytesRepacked these blobs
  /// @param bytesFreed the size of the packs removed, without what was copied before
  /// @param packsKept that were to go and that somebody came to need meanwhile
  public record Changes(
      long packsRemoved, long packsRepacked, long bytesRepacked, long bytesFreed, long packsKept) {}

  CollectReport after(Changes made) {
    return new CollectReport(dryRun, found, made, notes, durationMillis);
  }

  CollectReport within(long millis) {
    return new CollectReport(dryRun, found, changes, notes, millis);
  }
}
