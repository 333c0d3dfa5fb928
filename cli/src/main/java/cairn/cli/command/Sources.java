package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.capture.LiveDevices;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The opened sources of a backup.
final class Sources implements AutoCloseable {
  private final List<Volume> volumes = new ArrayList<>();

  private Sources() {}

  static Sources open(List<String> names) throws IOException {
    Sources sources = new Sources();
    try {
      for (String name : names) {
        sources.volumes.add(Volumes.open(name));
      }
      sources.checkDistinct();
      return sources;
    } catch (IOException | RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  /// `<host>:<absolute path>`, several paths joined by `+`.
  String group(String host) {
    return host + ":" + paths().stream().map(Path::toString).collect(Collectors.joining("+"));
  }

  List<Volume> volumes() {
    return volumes;
  }

  /// Each under the last part of its path, or under all of it where that would not tell them apart.
  List<NamedVolume> named(LiveDevices live) {
    Set<String> seen = new HashSet<>();
    boolean unique = paths().stream().allMatch(path -> seen.add(lastPart(path)));
    List<NamedVolume> named = new ArrayList<>();
    for (Volume volume : volumes) {
      Path path = volume.identity().path();
      named.add(
          new NamedVolume(unique ? lastPart(path) : path.toString(), volume, live.inUse(volume)));
    }
    return named;
  }

  @Override
  public void close() throws IOException {
    for (Volume volume : volumes) {
      volume.close();
    }
  }

  private void checkDistinct() throws UsageError {
    Set<Path> seen = new HashSet<>();
    for (Path path : paths()) {
      if (!seen.add(path)) {
        throw new UsageError(path + " is named twice");
      }
    }
  }

  private List<Path> paths() {
    return volumes.stream().map(volume -> volume.identity().path()).toList();
  }

  private static String lastPart(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
