package cairn.engine.resize;

import cairn.base.bytes.CorruptData;
import cairn.engine.resize.ResizePlan.Change;
import cairn.engine.resize.ResizePlan.Move;
import cairn.filesystem.Content.PhysicalVolume;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.layout.Patches.Patch;
import cairn.filesystem.lvm.LvmLayout;
import cairn.filesystem.lvm.LvmLayout.Piece;
import cairn.filesystem.lvm.LvmLayout.Relaid;
import cairn.filesystem.lvm.LvmLayout.Whole;
import cairn.filesystem.lvm.LvmRefused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What becomes of a physical volume of LVM that gets another size: a logical volume on it takes up
/// the difference with its file system, as far as free extents do not, and those behind it move
/// along.
///
/// @param pieces what is copied, apart from what becomes smaller
/// @param change the logical volume; empty when none changes
/// @param patches the metadata, where it lies on the target
record PhysicalVolumePlan(List<Move> pieces, Optional<Change> change, List<Patch> patches) {
  /// Which logical volume may change.
  ///
  /// @param any the last one that can; otherwise the named one, or none
  record Wish(boolean any, Optional<Place> named) {}

  static boolean isFor(Place place) {
    return place.content() instanceof PhysicalVolume;
  }

  /// The name of its group; empty when there is none, or nothing in it can be changed.
  static Optional<String> group(Place place) throws IOException, CorruptData {
    try {
      return place.content() instanceof PhysicalVolume(var format)
          ? format.layout().groupName()
          : Optional.empty();
    } catch (LvmRefused e) {
      return Optional.empty();
    }
  }

  /// @param move of the physical volume, to its new size
  /// @throws CannotResize with the reason
  static PhysicalVolumePlan of(Places places, Place place, Move move, Wish wish)
      throws IOException, CorruptData {
    if (!(place.content() instanceof PhysicalVolume(var format))) {
      throw new IllegalArgumentException(place.address() + " is no physical volume");
    }
    try {
      return new Making(places, move, format.layout()).plan(wish);
    } catch (LvmRefused e) {
      throw new CannotResize(
          Sizes.said(move) + ", whose size cannot be changed: " + e.getMessage(), e);
    }
  }

  /// The work on a plan.
  private record Making(Places places, Move move, LvmLayout layout) {
    PhysicalVolumePlan plan(Wish wish) throws IOException, CorruptData, LvmRefused {
      if (wish.named().isPresent()) {
        return with(wish.named().get());
      }
      for (Whole whole : wish.any() ? layout.wholes().reversed() : List.<Whole>of()) {
        long bytes = layout.changedBytes(move.toBytes(), whole);
        if (Sizes.mayBecome(place(whole), whole.bytes(), bytes)) {
          return with(whole, place(whole));
        }
      }
      return plan(layout.relaid(move.toBytes(), Optional.empty()), Optional.empty());
    }

    private Place place(Whole whole) {
      String address = layout.groupName().orElseThrow() + "/" + whole.name();
      return places.all().stream()
          .filter(place -> place.address().equals(address))
          .findFirst()
          .orElseThrow();
    }

    private PhysicalVolumePlan with(Place named) throws IOException, CorruptData, LvmRefused {
      for (Whole whole : layout.wholes()) {
        if (place(whole).equals(named)) {
          return with(whole, named);
        }
      }
      throw new CannotResize(
          named.address()
              + " is made of other volumes, has snapshots, or does not lie in one piece, and is not"
              + " changed");
    }

    private PhysicalVolumePlan with(Whole whole, Place place)
        throws IOException, CorruptData, LvmRefused {
      long bytes = layout.changedBytes(move.toBytes(), whole);
      if (bytes == whole.bytes()) {
        return plan(layout.relaid(move.toBytes(), Optional.empty()), Optional.empty());
      }
      long to = move.to() + whole.offset();
      Move logical =
          new Move(
              move.number(),
              place.address(),
              place.content().type(),
              move.from() + whole.offset(),
              whole.bytes(),
              to,
              bytes);
      Change change = Sizes.checked(logical, place);
      return plan(layout.relaid(move.toBytes(), Optional.of(whole)), Optional.of(change));
    }

    private PhysicalVolumePlan plan(Relaid relaid, Optional<Change> change) {
      List<Move> pieces = new ArrayList<>();
      for (Piece piece : relaid.pieces()) {
        pieces.add(moved(piece));
      }
      change.map(Change::move).ifPresent(pieces::add);
      List<Patch> patches =
          relaid.patches().stream()
              .map(patch -> new Patch(move.to() + patch.offset(), patch.bytes()))
              .toList();
      return new PhysicalVolumePlan(pieces, change, patches);
    }

    private Move moved(Piece piece) {
      return new Move(
          move.number(),
          move.name(),
          move.type(),
          move.from() + piece.from(),
          piece.bytes(),
          move.to() + piece.to(),
          piece.bytes());
    }
  }
}
