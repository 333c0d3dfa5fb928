package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.used.Identity;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the contents of a volume call themselves. It stays so while a backup reads it, unless
/// somebody makes a file system or a partition table anew, or it is no longer the same disk.
///
/// @param names type and UUID by the address of the place
record Superblocks(Map<String, String> names) {
  private static final String VOLUME = "the volume";

  /// A superblock that is being written may be read torn.
  private static final int TRIES = 5;

  Superblocks {
    names = Map.copyOf(names);
  }

  static Superblocks of(BlockReader volume) {
    Map<String, String> names = new TreeMap<>();
    for (Place place : Places.of(VOLUME, volume).all()) {
      Identity identity = place.identity();
      identity.uuid().ifPresent(uuid -> names.put(place.address(), identity.type() + " " + uuid));
    }
    return new Superblocks(names);
  }

  /// In words, what is not there any more as it was.
  Optional<String> changeOf(BlockReader volume) {
    Optional<String> change = Optional.empty();
    for (int tries = 0; tries < TRIES; tries++) {
      change = change(of(volume));
      if (change.isEmpty()) {
        break;
      }
    }
    return change;
  }

  private Optional<String> change(Superblocks after) {
    return names.entrySet().stream()
        .filter(name -> !name.getValue().equals(after.names.get(name.getKey())))
        .map(name ->
            String.format(
                Locale.ROOT,
                "%s was %s and is %s",
                name.getKey(),
                name.getValue(),
                after.names.getOrDefault(name.getKey(), "something else")))
        .findFirst();
  }
}
