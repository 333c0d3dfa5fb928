package cairn.engine.resize;

import cairn.engine.Programs;
import cairn.engine.inside.SpaceUse;
import cairn.engine.resize.ResizePlan.Change;
import cairn.engine.resize.ResizePlan.Move;
import cairn.filesystem.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Whether what lies in a place can have another size, on this machine and with what is in it.
final class Sizes {
  /// Of what is in use, one part in so many more is asked for when something shrinks: the tools
  /// need room to move things, and the file system for its own tables.
  private static final long SPARE_PART = 8;

  private static final long SPARE_BYTES = 8 << 20;

  private Sizes() {}

  /// How small it may become: what is in use, and some room.
  private static long least(Place place) {
    if (!place.isFileSystem()) {
      return Long.MAX_VALUE;
    }
    long used = SpaceUse.of(place).used().orElse(Long.MAX_VALUE / 2);
    return used + used / SPARE_PART + SPARE_BYTES;
  }

  /// Whether its size can be changed like this, for all that is known without looking at this
  /// machine.
  static boolean mayBecome(Place place, long fromBytes, long toBytes) {
    Optional<Resizer> resizer = Resizer.of(place.content());
    if (resizer.isEmpty() || toBytes < resizer.get().leastBytes()) {
      return false;
    }
    return toBytes > fromBytes || (resizer.get().shrinks() && toBytes >= least(place));
  }

  /// @throws CannotResize with the reason
  static Change checked(Move move, Place place) throws CannotResize {
    Resizer resizer =
        Resizer.of(place.content())
            .orElseThrow(() -> new CannotResize(said(move) + ", whose size cannot be changed"));
    if (move.toBytes() < move.fromBytes()) {
      checkShrinks(move, place, resizer);
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

  private static void checkShrinks(Move move, Place place, Resizer resizer) throws CannotResize {
    if (!resizer.shrinks()) {
      throw new CannotResize(said(move) + ", which cannot be made smaller");
    }
    long least = least(place);
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

  private static List<String> programs(Resizer resizer) {
    List<String> programs = new ArrayList<>(LoopArea.PROGRAMS);
    programs.addAll(resizer.programs());
    return programs;
  }

  static String said(Move move) {
    return move.name() + " holds " + move.type();
  }
}
