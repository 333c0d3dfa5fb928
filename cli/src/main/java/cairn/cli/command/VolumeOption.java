package cairn.cli.command;

import cairn.cli.report.Describe;
import cairn.cli.shell.UsageError;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which volume of a snapshot a command is about.
final class VolumeOption {
  @Option(
      names = "--volume",
      paramLabel = "VOLUME",
      order = 10,
      description = "Which volume, where the snapshot has several.")
  private @Nullable String volume;

  VolumeImage of(Snapshot snapshot) throws UsageError {
    List<VolumeImage> wanted = wanted(snapshot, volume);
    if (wanted.size() > 1) {
      throw new UsageError(
          "the snapshot has several volumes, name one by --volume: " + names(wanted));
    }
    return wanted.getFirst();
  }

  /// The volume of this name, or all when none is given.
  static List<VolumeImage> wanted(Snapshot snapshot, @Nullable String name) throws UsageError {
    List<VolumeImage> all = snapshot.details().volumes();
    List<VolumeImage> wanted =
        all.stream().filter(each -> name == null || each.name().equals(name)).toList();
    if (wanted.isEmpty()) {
      String id = Describe.shortId(snapshot.id());
      throw new UsageError("snapshot " + id + " has no volume '" + name + "', only " + names(all));
    }
    return wanted;
  }

  private static String names(List<VolumeImage> volumes) {
    return volumes.stream().map(VolumeImage::name).collect(Collectors.joining(", "));
  }
}
