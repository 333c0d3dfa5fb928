package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.engine.capture.Way;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How devices in use are to be captured.
final class WayOption {
  private static final List<Way> WAYS = List.of(Way.CONVERGE, Way.SNAPSHOT, Way.FREEZE_AND_READ);

  @Option(
      names = "--way",
      paramLabel = "WAY",
      order = 15,
      description =
          "How devices in use are captured: 'converge', copied while writes to them are tracked;"
              + " 'snapshot', by one that LVM takes, for which the volume group needs free space;"
              + " 'freeze-and-read', frozen all the while. Default: the first of these that is"
              + " possible.")
  private String way = "";

  /// Empty when it is left to us.
  Optional<Way> get() throws UsageError {
    if (way.isEmpty()) {
      return Optional.empty();
    }
    Optional<Way> found = WAYS.stream().filter(each -> each.word().equals(way)).findFirst();
    if (found.isEmpty()) {
      throw new UsageError("--way is converge, snapshot or freeze-and-read, not '" + way + "'");
    }
    return found;
  }
}
