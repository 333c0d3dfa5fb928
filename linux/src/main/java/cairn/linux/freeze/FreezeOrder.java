package cairn.linux.freeze;

import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The order to freeze in: a file system in a file before the one that the file lies on. Freezing
/// the upper one writes to the lower one, and so does thawing it, which goes the other way round.
final class FreezeOrder {
  private final FileSystems fileSystems;
  private final Map<FileSystem, Path> wanted = new LinkedHashMap<>();
  private final Set<FileSystem> ordered = new LinkedHashSet<>();

  private FreezeOrder(FileSystems fileSystems) {
    this.fileSystems = fileSystems;
  }

  /// @return one mount point of each file system, the uppermost first
  /// @throws IOException also when something is not mounted
  static List<Path> of(List<Path> mountPoints, FileSystems fileSystems) throws IOException {
    FreezeOrder order = new FreezeOrder(fileSystems);
    for (Path mountPoint : mountPoints) {
      Path real = mountPoint.toRealPath();
      FileSystem fileSystem =
          fileSystems
              .at(real)
              .filter(each -> each.mountPoints().contains(real.toString()))
              .orElseThrow(() -> new IOException("nothing is mounted at " + mountPoint));
      order.wanted.putIfAbsent(fileSystem, real);
    }
    return order.uppermostFirst();
  }

  private List<Path> uppermostFirst() throws IOException {
    for (FileSystem fileSystem : wanted.keySet()) {
      add(fileSystem);
    }
    List<Path> lowestFirst = new ArrayList<>();
    for (FileSystem fileSystem : ordered) {
      lowestFirst.add(wanted.get(fileSystem));
    }
    return List.copyOf(lowestFirst.reversed());
  }

  // What lies beneath comes in full depth, so that one in between need not be among the wanted.
  private void add(FileSystem fileSystem) throws IOException {
    if (ordered.contains(fileSystem)) {
      return;
    }
    for (FileSystem lower : fileSystems.beneath(fileSystem)) {
      if (wanted.containsKey(lower) && !lower.equals(fileSystem)) {
        add(lower);
      }
    }
    ordered.add(fileSystem);
  }
}
