package cairn.engine.inside;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.Content.FileSystem;
import cairn.filesystem.Place;
import cairn.filesystem.layout.BlockSet;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/// How much of a file system is in use, by its own map of free blocks.
///
/// @param used in bytes; empty when its map is not believed
/// @param why it is not; empty when it is
public record SpaceUse(Place place, OptionalLong used, Optional<String> why) {
  /// Of what is counted; larger units for larger file systems, so that the count takes 32 MiB at
  /// most.
  private static final long UNIT_BYTES = 1024;

  private static final long UNITS_MAX = 1L << 28;

  /// Counts, for a place that is a file system.
  public static SpaceUse of(Place place) {
    if (!(place.content() instanceof FileSystem(var format))) {
      throw new IllegalArgumentException(place.address() + " is no file system");
    }
    long unit = unit(place.size());
    BlockSet units = new BlockSet((place.size() + unit - 1) / unit);
    try {
      format.visitUsed((offset, length) -> add(units, unit, offset, length));
      long used = Math.min(units.count() * unit, place.size());
      return new SpaceUse(place, OptionalLong.of(used), Optional.empty());
    } catch (CorruptData | IOException e) {
      return unknown(place, String.valueOf(e.getMessage()));
    } catch (MapRefused e) {
      return unknown(place, e.why());
    }
  }

  private static SpaceUse unknown(Place place, String why) {
    return new SpaceUse(place, OptionalLong.empty(), Optional.of(why));
  }

  private static long unit(long size) {
    long unit = UNIT_BYTES;
    while (size / unit > UNITS_MAX) {
      unit *= 2;
    }
    return unit;
  }

  private static void add(BlockSet units, long unit, long offset, long length) {
    long first = Math.clamp(offset / unit, 0, units.size());
    long end = Math.clamp((offset + length + unit - 1) / unit, first, units.size());
    units.add(first, end);
  }

  /// In bytes.
  public OptionalLong free() {
    return used.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, place.content().size() - used.getAsLong()));
  }
}
