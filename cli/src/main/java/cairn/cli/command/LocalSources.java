package cairn.cli.command;

import cairn.linux.topology.FileSystems;
import cairn.linux.topology.LocalDisks;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The disks that this machine consists of.
final class LocalSources {
  private LocalSources() {}

  /// Their paths.
  ///
  /// @throws IOException saying why each disk was left out, when none is left
  static List<String> find() throws IOException {
    LocalDisks disks = LocalDisks.choose(new StorageStack(Path.of("/")), FileSystems.live());
    if (disks.chosen().isEmpty()) {
      String why =
          disks.excluded().stream()
              .map(each -> each.name() + " " + each.reason())
              .collect(Collectors.joining(", "));
      throw new IOException("there is no local disk with a mounted file system: " + why);
    }
    return disks.chosen().stream().map(each -> "/dev/" + each.disk().name()).toList();
  }
}
