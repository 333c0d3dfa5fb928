package cairn.engine.resize;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.engine.inside.SpaceUse;
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
/// be changed. Those behind it move along; order and alignment stay.
public final class Planner {
  /// What partitions are aligned to.
  private static final long ALIGNMENT = 1 << 20;

  private static final String BIOS_BOOT = "21686148-6449-6e6f-744e-656564454649";

  /// Of what is in use, one part in so many more is asked for when something shrinks: the tools
  /// need room to move things, and the file system for its own tables.
  private static final long SPARE_PART = 8;

  private static final long SPARE_BYTES = 8 << 20;

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

  private ResizePlan undivided(Place disk) throws IOException, NoSuchPlace {
    if (wanted.place().isPresent()) {
      places.find(wanted.place().get());
    }
    long bytes = wanted.bytes();
    Move move = new Move(0, "disk", disk.content().type(), 0, volume.size(), 0, bytes);
    Optional<Change> change =
        move.fromBytes() == bytes ? Optional.empty() : Optional.of(checked(move));
    return new ResizePlan(volume.size(), bytes, List.of(move), change, List.of(), List.of());
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
    Optional<Change> change = Optional.empty();
    if (changed >= 0) {
      stretch(moves, changed, Math.floorDiv(room, ALIGNMENT) * ALIGNMENT);
      change = Optional.of(checked(moves.get(changed)));
    }
    List<Extent> kept =
        table.isMbr()
            ? content.table().tables().stream().filter(each -> each.offset() > 0).toList()
            : List.of();
    return new ResizePlan(volume.size(), wanted.bytes(), moves, change, tables(table, moves), kept);
  }

  private static long end(List<Move> moves) {
    return moves.stream().mapToLong(Move::end).max().orElse(0);
  }

  private Place at(long offset) {
    return places.all().stream()
        .skip(1)
        .filter(place -> !place.container().isEmpty() && place.offset() == offset)
        .findFirst()
        .orElseThrow();
  }

  /// Which one takes up the difference.
  ///
  /// @param room that is left behind the last one; less than 0 when there is too little
  /// @return -1 when none has to, or none can
  private int choose(List<Move> moves, long room) throws CannotResize, NoSuchPlace {
    if (wanted.place().isPresent()) {
      return named(moves, places.find(wanted.place().get()));
    }
    for (int index = moves.size() - 1; index >= 0; index--) {
      Optional<Resizer> resizer = Resizer.of(at(moves.get(index).from()).content());
      if (resizer.isPresent() && mayMove(moves, index)) {
        long bytes = moves.get(index).fromBytes() + Math.floorDiv(room, ALIGNMENT) * ALIGNMENT;
        boolean fits = room > 0 || (resizer.get().shrinks() && bytes >= least(moves.get(index)));
        if (fits && bytes >= resizer.get().leastBytes()) {
          return index;
        }
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

  private int named(List<Move> moves, Place place) throws CannotResize {
    for (int index = 0; index < moves.size(); index++) {
      if (moves.get(index).from() == place.offset() && !place.container().isEmpty()) {
        if (!mayMove(moves, index)) {
          throw new CannotResize(
              moves.get(index).name()
                  + " cannot be changed: it is a partition, or lies before one, that must stay"
                  + " where it is");
        }
        return index;
      }
    }
    throw new CannotResize(place.address() + " is no partition");
  }

  /// Whether it may have another size, and those behind it another place.
  private boolean mayMove(List<Move> moves, int index) {
    return moves.stream().skip(index + 1).noneMatch(move -> fixed.contains(move.number()))
        && !fixed.contains(moves.get(index).number());
  }

  /// How small it may become: what is in use, and some room.
  private long least(Move move) {
    Place place = move.number() == 0 ? places.all().getFirst() : at(move.from());
    if (!place.isFileSystem()) {
      return Long.MAX_VALUE;
    }
    long used = SpaceUse.of(place).used().orElse(Long.MAX_VALUE / 2);
    return used + used / SPARE_PART + SPARE_BYTES;
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

  private Change checked(Move move) throws CannotResize {
    Place place = move.number() == 0 ? places.all().getFirst() : at(move.from());
    Resizer resizer =
        Resizer.of(place.content())
            .orElseThrow(() -> new CannotResize(said(move) + ", whose size cannot be changed"));
    if (move.toBytes() < move.fromBytes()) {
      if (!resizer.shrinks()) {
        throw new CannotResize(said(move) + ", which cannot be made smaller");
      }
      long least = least(move);
      if (move.toBytes() < least) {
        throw new CannotResize(
            String.format(
                Locale.ROOT,
                "%s, and what is in it needs some %d bytes, of which %d would be left",
                said(move),
                least,
                Math.max(0, move.toBytes())));
      }
    }
    if (move.toBytes() < resizer.leastBytes()) {
      throw new CannotResize(
          String.format(
              Locale.ROOT,
              "%s, which cannot be made to have less than %d bytes",
              said(move),
              resizer.leastBytes()));
    }
    for (String program : programs(resizer)) {
      if (Programs.find(program).isEmpty()) {
        throw new CannotResize(said(move) + ", and there is no program " + program + " here");
      }
    }
    Optional<String> obstacle = LoopArea.obstacle().or(resizer::obstacle);
    if (obstacle.isPresent()) {
      throw new CannotResize(obstacle.get());
    }
    return new Change(move, resizer);
  }

  private static List<String> programs(Resizer resizer) {
    List<String> programs = new ArrayList<>(LoopArea.PROGRAMS);
    programs.addAll(resizer.programs());
    return programs;
  }

  private static String said(Move move) {
    return move.name() + " holds " + move.type();
  }
}
