package cairn.filesystem;

import cairn.base.block.BlockReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Everything that was found in the volumes of a backup, or in one image: disks, their partitions,
/// physical and logical volumes, and what they hold.
///
/// A place is called by its address (`disk.img`, `p2`, `sdb/p2`, `group/name`), or as in `fstab` by
/// `LABEL=`, `UUID=`, `PARTLABEL=` or `PARTUUID=`. A partition may always be called with its disk,
/// as in `disk.img/p2`.
public final class Places {
  /// A file of a file system.
  ///
  /// @param path from its root, begins with a slash
  public record Target(Place place, String path) {}

  private final List<Place> all;

  private Places(List<Place> all) {
    this.all = List.copyOf(all);
  }

  /// Looks through the volumes; closes none. A volume or partition that cannot be read is a place
  /// that is unknown.
  ///
  /// @param volumes by their names
  public static Places of(SortedMap<String, BlockReader> volumes) {
    return new Places(new PlaceSearch(volumes).places());
  }

  /// Of one image.
  public static Places of(String name, BlockReader volume) {
    return of(new TreeMap<>(Map.of(name, volume)));
  }

  /// Each volume with its partitions behind it, and then the logical volumes.
  public List<Place> all() {
    return all;
  }

  /// The file systems among them.
  public List<Place> fileSystems() {
    return all.stream().filter(Place::isFileSystem).toList();
  }

  /// @param name an address, or `LABEL=` and so on
  public Place find(String name) throws NoSuchPlace {
    return only(all.stream().filter(place -> place.called(name) == name.length()).toList(), name);
  }

  /// What a path of a backup leads to: `p2/etc/fstab`, `LABEL=root/etc`; `/etc` when there is one
  /// file system.
  public Target resolve(String path) throws NoSuchPlace {
    if (path.isEmpty() || path.startsWith("/")) {
      return target(sole(), path);
    }
    int longest = all.stream().mapToInt(place -> place.called(path)).max().orElse(-1);
    if (longest < 0) {
      throw new NoSuchPlace("there is no '" + path + "': " + list(all));
    }
    String name = path.substring(0, longest);
    List<Place> called = all.stream().filter(place -> place.called(path) == longest).toList();
    return target(only(called, name), path.substring(longest));
  }

  private Place sole() throws NoSuchPlace {
    List<Place> fileSystems = leading(fileSystems());
    if (fileSystems.size() == 1) {
      return fileSystems.getFirst();
    }
    throw new NoSuchPlace(
        fileSystems.isEmpty()
            ? "there is no file system: " + list(all)
            : "there are several file systems, begin the path with one of them: "
                + list(fileSystems));
  }

  private Place only(List<Place> called, String name) throws NoSuchPlace {
    if (called.size() == 1) {
      return called.getFirst();
    }
    List<Place> leading = leading(called);
    if (leading.size() == 1) {
      return leading.getFirst();
    }
    throw new NoSuchPlace(
        called.isEmpty()
            ? "there is no '" + name + "': " + list(all)
            : "'" + name + "' may be any of several: " + list(called));
  }

  /// Of a file system on several devices the one that stands for all.
  private static List<Place> leading(List<Place> places) {
    return places.stream().filter(place -> !place.isFurtherDevice()).toList();
  }

  private static Target target(Place place, String path) {
    return new Target(place, path.isEmpty() ? "/" : path);
  }

  private static String list(Collection<Place> places) {
    return places.isEmpty()
        ? "there is nothing"
        : places.stream().map(Place::sentence).collect(Collectors.joining(", ", "there is ", ""));
  }
}
