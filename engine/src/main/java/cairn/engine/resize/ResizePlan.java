package cairn.engine.resize;

import cairn.base.block.Extent;
import cairn.filesystem.layout.Patches.Patch;
import java.util.List;
import java.util.Optional;

/// What goes where on a disk of another size.
///
/// @param sourceBytes size of the volume
/// @param targetBytes size of the target
/// @param moves each partition, in ascending order; of a volume without a partition table, all of
///   it
/// @param change what is made larger or smaller; empty when nothing is
/// @param tables what is written in place of the partition table
/// @param kept what else stays where it is: the links of an extended partition
public record ResizePlan(
    long sourceBytes,
    long targetBytes,
    List<Move> moves,
    Optional<Change> change,
    List<Patch> tables,
    List<Extent> kept) {
  public ResizePlan {
    moves = List.copyOf(moves);
    tables = List.copyOf(tables);
    kept = List.copyOf(kept);
  }

  /// A partition and where it goes, in bytes.
  ///
  /// @param number 0 for a volume without a partition table
  /// @param name its address, such as `p2`
  /// @param type of what is in it
  public record Move(
      int number, String name, String type, long from, long fromBytes, long to, long toBytes) {
    public long end() {
      return to + toBytes;
    }

    Move at(long offset, long bytes) {
      return new Move(number, name, type, from, fromBytes, offset, bytes);
    }
  }

  /// What becomes larger or smaller.
  public record Change(Move move, Resizer resizer) {
    public boolean grows() {
      return move.toBytes() > move.fromBytes();
    }
  }
}
