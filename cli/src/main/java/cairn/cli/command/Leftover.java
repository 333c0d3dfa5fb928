package cairn.cli.command;

import cairn.cli.shell.Shell;
import cairn.volume.Sinks;
import java.io.IOException;
import java.nio.file.Path;

/// What runs that were killed left beside a target.
final class Leftover {
  private Leftover() {}

  /// Removes it, and says so; what a living process works on stays.
  static void remove(Shell shell, String target) throws IOException {
    for (Path each : Sinks.removeLeftovers(target)) {
      shell.say("removed " + each + ", which a run that was killed has left");
    }
  }
}
