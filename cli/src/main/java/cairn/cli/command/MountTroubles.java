package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.shell.Failures;
import cairn.cli.shell.Shell;
import cairn.export.mount.Complaints;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What could not be read of a mount while it was used: said once as it happens, and kept for the
/// end.
final class MountTroubles implements Complaints {
  private static final int KEPT = 1000;
  private static final int SAID = 100;

  private final Shell shell;
  private final Set<Problem> kept = new LinkedHashSet<>();

  MountTroubles(Shell shell) {
    this.shell = shell;
  }

  @Override
  public synchronized void failed(String where, Exception why) {
    Problem problem = problem(where, why);
    if (kept.size() < KEPT && kept.add(problem)) {
      if (kept.size() <= SAID) {
        shell.say("error: " + where + ": " + Failures.sentence(why));
      }
      if (kept.size() == SAID) {
        shell.say("further errors are not shown");
      }
    }
  }

  private static Problem problem(String where, Exception why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof CorruptData damage) {
        return damage.problem();
      }
    }
    return new Problem.Unknown("file", where, Failures.sentence(why));
  }

  synchronized List<Problem> problems() {
    return new ArrayList<>(kept);
  }
}
