package cairn.engine.resize;

import cairn.base.block.Extent;
import cairn.filesystem.layout.Patches.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What goes where on a disk of another size.
///
/// @param sourceBytes size of the volume
/// @param targetBytes size of the target
/// @param moves each partition, in ascending order; of a volume without a partition table, all of
///   it
/// @param copied what is copied: the moves, but of a physical volume of LVM that changes the parts
///   that are in use
/// @param change what is made larger or smaller; empty when nothing is
/// @param tables what is written in place of the partition table and of the metadata of LVM
/// @param kept what else stays where it is: the links of an extended partition
public record ResizePlan(
    long sourceBytes,
    long targetBytes,
    List<Move> moves,
    List<Move> copied,
    Optional<Change> change,
    List<Patch> tables,
    List<Extent> kept) {
  public ResizePlan {
    moves = List.copyOf(moves);
    copied = List.copyOf(copied);
    tables = List.copyOf(tables);
    kept = List.copyOf(kept);
  }

  /// Each partition, and a logical volume that changes behind the one that it lies in.
  public List<Move> shown() {
    List<Move> shown = new ArrayList<>(moves);
    change
        .map(Change::move)
        .filter(move -> !moves.contains(move))
        .ifPresent(move -> shown.add(index(move.number()) + 1, move));
    return shown;
  }

  private int index(int number) {
    return moves.stream().map(Move::number).toList().indexOf(number);
  }

  /// A partition and where it goes, in bytes.
  ///
  /// @param number of the partition; 0 for a volume without a partition table
  /// @param name its address, such as `p2`, or that of a logical volume in it
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
