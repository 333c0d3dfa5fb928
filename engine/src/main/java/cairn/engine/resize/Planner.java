package cairn.engine.resize;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.engine.resize.PhysicalVolumePlan.Wish;
import cairn.engine.resize.ResizePlan.Change;
import cairn.engine.resize.ResizePlan.Move;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.NoSuchPlace;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.layout.Patches.Patch;
import cairn.filesystem.partition.NewTable;
import cairn.filesystem.partition.NewTable.Span;
import cairn.filesystem.partition.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Plans a restore to a disk of another size, whole: when there is a plan, every program is there
/// and what is in use fits.
///
/// One partition takes up the difference: the one that is named, else the last one whose size can
/// be changed. Those behind it move along; order and alignment stay. In a physical volume of LVM
/// the same goes for its logical volumes ([PhysicalVolumePlan]).
public final class Planner {
  /// What partitions are aligned to.
  private static final long ALIGNMENT = 1 << 20;

  private static final String BIOS_BOOT = "21686148-6449-6e6f-744e-656564454649";

  private final BlockReader volume;
  private final Places places;
  private final Wanted wanted;

  /// The numbers of partitions that stay where they are: those in an extended partition, which is a
  /// chain of absolute places, and the one that GRUB lies in, which has a list of its own sectors.
  private final Set<Integer> fixed = new HashSet<>();

  /// What the target is like, and what a person wants.
  ///
  /// @param bytes size of the target
  /// @param sectorBytes of the target's logical sectors; 0 for a file, which has none
  /// @param place what is to be made larger or smaller
  public record Wanted(long bytes, int sectorBytes, Optional<String> place) {}

  private Planner(BlockReader volume, Places places, Wanted wanted) {
    this.volume = volume;
    this.places = places;
    this.wanted = wanted;
  }

  /// @throws CannotResize with the reason
  public static ResizePlan plan(BlockReader volume, Wanted wanted) throws IOException {
    Places places = Places.of("disk", volume);
    try {
      return new Planner(volume, places, wanted).plan();
    } catch (NoSuchPlace e) {
      throw new CannotResize(String.valueOf(e.getMessage()), e);
    } catch (CorruptData e) {
      throw new CannotResize(e.problem().message(), e);
    }
  }

  private ResizePlan plan() throws IOException, CorruptData, NoSuchPlace {
    Place disk = places.all().getFirst();
    if (disk.content() instanceof Partitioned content) {
      return divided(content);
    }
    if (disk.content() instanceof Unknown unknown) {
      throw new CannotResize("the volume is not understood: " + unknown.why());
    }
    return undivided(disk);
  }

  private ResizePlan undivided(Place disk) throws IOException, CorruptData, NoSuchPlace {
    if (wanted.place().isPresent()) {
      places.find(wanted.place().get());
    }
    long bytes = wanted.bytes();
    Move move = new Move(0, "disk", disk.content().type(), 0, volume.size(), 0, bytes);
    List<Move> moves = List.of(move);
    if (move.fromBytes() == bytes) {
      return new ResizePlan(
          volume.size(), bytes, moves, moves, Optional.empty(), List.of(), List.of());
    }
    Taken taken = taken(move, disk);
    return new ResizePlan(
        volume.size(), bytes, moves, taken.pieces(), taken.change(), taken.patches(), List.of());
  }

  private ResizePlan divided(Partitioned content) throws IOException, CorruptData, NoSuchPlace {
    NewTable table = NewTable.of(volume, content.table());
    if (wanted.sectorBytes() != 0 && wanted.sectorBytes() != table.sectorBytes()) {
      throw new CannotResize(
          String.format(
              Locale.ROOT,
              "the partition table counts in sectors of %d bytes, and the target has sectors of %d",
              table.sectorBytes(),
              wanted.sectorBytes()));
    }
    List<Move> moves = new ArrayList<>();
    for (Partition partition : content.table().partitions()) {
      long offset = partition.offset();
      String type = at(offset).content().type();
      String name = "p" + partition.number();
      long bytes = partition.length();
      moves.add(new Move(partition.number(), name, type, offset, bytes, offset, bytes));
      boolean logical = table.isMbr() && partition.number() > NewTable.MBR_ENTRIES;
      if (logical || partition.type().equals(BIOS_BOOT)) {
        fixed.add(partition.number());
      }
    }
    long room = table.usableEnd(wanted.bytes()) - end(moves);
    boolean fits = room >= 0 && room < ALIGNMENT;
    int changed = fits ? -1 : choose(moves, room);
    List<Move> copied = new ArrayList<>();
    List<Patch> patches = new ArrayList<>();
    Optional<Change> change = Optional.empty();
    if (changed >= 0) {
      stretch(moves, changed, Math.floorDiv(room, ALIGNMENT) * ALIGNMENT);
      Taken taken = taken(moves.get(changed), at(moves.get(changed).from()));
      change = taken.change();
      patches.addAll(taken.patches());
      copied.addAll(taken.pieces());
    }
    for (int index = 0; index < moves.size(); index++) {
      if (index != changed) {
        copied.add(moves.get(index));
      }
    }
    patches.addAll(tables(table, moves));
    return new ResizePlan(
        volume.size(), wanted.bytes(), moves, copied, change, patches, kept(table, content));
  }

  private static List<Extent> kept(NewTable table, Partitioned content) {
    return table.isMbr()
        ? content.table().tables().stream().filter(each -> each.offset() > 0).toList()
        : List.of();
  }

  /// How a partition, or a volume without any, comes to its new size.
  private record Taken(List<Move> pieces, Optional<Change> change, List<Patch> patches) {}

  private Taken taken(Move move, Place place) throws IOException, CorruptData, NoSuchPlace {
    if (!PhysicalVolumePlan.isFor(place)) {
      return new Taken(List.of(move), Optional.of(Sizes.checked(move, place)), List.of());
    }
    PhysicalVolumePlan plan = inGroup(move, place);
    return new Taken(plan.pieces(), plan.change(), plan.patches());
  }

  private PhysicalVolumePlan inGroup(Move move, Place place)
      throws IOException, CorruptData, NoSuchPlace {
    Optional<Place> named =
        wanted.place().isPresent()
            ? Optional.of(places.find(wanted.place().get()))
            : Optional.empty();
    Wish wish = new Wish(named.isEmpty(), named.filter(each -> !each.equals(place)));
    return PhysicalVolumePlan.of(places, place, move, wish);
  }

  private static long end(List<Move> moves) {
    return moves.stream().mapToLong(Move::end).max().orElse(0);
  }

  private Place at(long offset) {
    return places.all().stream()
        .skip(1)
        .filter(place -> isPartition(place) && place.offset() == offset)
        .findFirst()
        .orElseThrow();
  }

  private boolean isPartition(Place place) {
    return place.container().equals(places.all().getFirst().address());
  }

  /// Which one takes up the difference.
  ///
  /// @param room that is left behind the last one; less than 0 when there is too little
  /// @return -1 when none has to, or none can
  private int choose(List<Move> moves, long room) throws IOException, CorruptData, NoSuchPlace {
    if (wanted.place().isPresent()) {
      return named(moves, places.find(wanted.place().get()));
    }
    for (int index = moves.size() - 1; index >= 0; index--) {
      Move move = moves.get(index);
      long bytes = move.fromBytes() + Math.floorDiv(room, ALIGNMENT) * ALIGNMENT;
      if (mayMove(moves, index) && mayTake(move.at(move.to(), bytes))) {
        return index;
      }
    }
    if (room < 0) {
      throw new CannotResize(
          String.format(
              Locale.ROOT,
              "the target is too small by %d bytes, and no partition can be made smaller by so"
                  + " much",
              -room));
    }
    return -1;
  }

  private boolean mayTake(Move move) throws IOException, CorruptData, NoSuchPlace {
    Place place = at(move.from());
    if (!PhysicalVolumePlan.isFor(place)) {
      return Sizes.mayBecome(place, move.fromBytes(), move.toBytes());
    }
    if (move.toBytes() > move.fromBytes()) {
      return PhysicalVolumePlan.group(place).isPresent();
    }
    try {
      return !inGroup(move, place).pieces().isEmpty();
    } catch (CannotResize e) {
      return false;
    }
  }

  /// A logical volume means the partition that its group lies on.
  private int named(List<Move> moves, Place place) throws IOException, CorruptData {
    for (int index = 0; index < moves.size(); index++) {
      Place partition = at(moves.get(index).from());
      if (partition.equals(place) || isOn(place, partition)) {
        if (!mayMove(moves, index)) {
          throw new CannotResize(
              moves.get(index).name()
                  + " cannot be changed: it is a partition, or lies before one, that must stay"
                  + " where it is");
        }
        return index;
      }
    }
    throw new CannotResize(
        place.address() + " is neither a partition nor a logical volume that can be changed");
  }

  private boolean isOn(Place place, Place partition) throws IOException, CorruptData {
    return !isPartition(place)
        && PhysicalVolumePlan.isFor(partition)
        && PhysicalVolumePlan.group(partition).filter(place.container()::equals).isPresent();
  }

  /// Whether it may have another size, and those behind it another place.
  private boolean mayMove(List<Move> moves, int index) {
    return moves.stream().skip(index + 1).noneMatch(move -> fixed.contains(move.number()))
        && !fixed.contains(moves.get(index).number());
  }

  private static void stretch(List<Move> moves, int changed, long by) {
    Move stretched = moves.get(changed);
    moves.set(changed, stretched.at(stretched.to(), stretched.toBytes() + by));
    for (int index = changed + 1; index < moves.size(); index++) {
      Move next = moves.get(index);
      moves.set(index, next.at(next.to() + by, next.toBytes()));
    }
  }

  private List<Patch> tables(NewTable table, List<Move> moves) throws IOException, CorruptData {
    Map<Integer, Span> spans = new TreeMap<>();
    for (Move move : moves) {
      if (move.to() != move.from() || move.toBytes() != move.fromBytes()) {
        spans.put(move.number(), new Span(move.to(), move.toBytes()));
      }
    }
    return table.make(wanted.bytes(), spans);
  }
}
