package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.engine.ProcessLiveness;
import cairn.engine.Surroundings;
import cairn.engine.collect.Collect;
import cairn.engine.collect.CollectReport;
import cairn.engine.collect.CollectRequest;
import cairn.repository.Repository;
import java.io.IOException;

/// One collection by a command: looks at the storage before anything is changed, and shows the
/// plan.
///
/// @param isJson whether a program reads standard output, which gets no plan
record GcRun(Shell shell, boolean isJson) {
  Collected run(Repository repository, CollectRequest request) throws IOException, CorruptData {
    Surroundings surroundings = shell.surroundings().get();
    ProbeBeside.Probing probing =
        request.dryRun()
            ? () -> {}
            : () -> RepositoryMaker.checkStill(repository, surroundings.chance());
    try (ProgressLine progress = shell.progress();
        ProbeBeside probe = new ProbeBeside(probing)) {
      Collect.Patience patience =
          new Collect.Patience(
              new ProcessLiveness(repository.sessions(), surroundings), Pause::of, probe);
      Collect collect =
          new Collect(repository, surroundings, patience, progress, shell.cancellation());
      return new Collected(collect.run(request, plan -> show(plan, progress)));
    }
  }

  private void show(CollectReport plan, ProgressLine progress) {
    if (!plan.dryRun() && !isJson) {
      progress.clear();
      Collected.printPlan(plan, shell.out());
    }
  }
}
