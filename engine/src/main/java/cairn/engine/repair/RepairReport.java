package cairn.engine.repair;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.verify.CheckReport;
import java.util.List;

/// What a repair found and did.
///
/// @param found what was wrong before
/// @param left what a check finds now
/// @param problems what is still wrong, with what could not be repaired
/// @param repaired packs whose bytes are again what was written
/// @param quarantined packs that were set aside, after what is good in them was stored anew
/// @param missing packs that the index listed and that are not there
/// @param chunksSaved copied out of packs that were set aside
/// @param chunksIndexed that no undamaged index listed, and that one lists now
/// @param chunksLost of which nothing good is left
public record RepairReport(
    CheckReport found,
    CheckReport left,
    List<Problem> problems,
    List<RepairedPack> repaired,
    List<ObjectId> quarantined,
    List<ObjectId> missing,
    long chunksSaved,
    long chunksIndexed,
    long chunksLost,
    long durationMillis) {
  public RepairReport {
    problems = List.copyOf(problems);
    repaired = List.copyOf(repaired);
    quarantined = List.copyOf(quarantined);
    missing = List.copyOf(missing);
  }

  /// A pack that was put right.
  ///
  /// @param shards how many pieces of 1 or 4 KiB parity gave back; 0 when only parity itself was
  ///   wrong
  public record RepairedPack(ObjectId pack, int shards) {}

  /// Of a check that found nothing to repair, or that was not to repair anything.
  public static RepairReport nothingDone(CheckReport found) {
    return new RepairReport(
        found,
        found,
        found.problems(),
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        0,
        found.durationMillis());
  }
}
