package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.engine.resize.Planner;
import cairn.engine.resize.Resize;
import cairn.engine.resize.ResizePlan;
import cairn.engine.restore.RestoreReport;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.SinkOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `cairn restore --resize`: says what will go where before it goes there.
final class ResizedRestore {
  private final Shell shell;
  private final boolean json;
  private final ResizeOptions options;
  private final List<String> warnings;

  /// What is to be restored, and where to.
  record Wish(
      Snapshot snapshot, VolumeImage image, String target, SinkOptions options, boolean verify) {}

  ResizedRestore(Shell shell, boolean json, ResizeOptions options, List<String> warnings) {
    this.shell = shell;
    this.json = json;
    this.options = options;
    this.warnings = warnings;
  }

  Outcome run(Repository repository, Wish wish) throws IOException, CorruptData {
    LocalTarget.Shape shape = LocalTarget.Shape.of(wish.target(), options.size());
    try (View view = repository.openView()) {
      ResizePlan plan = plan(view, wish.image(), shape);
      if (options.isDryRun()) {
        return new Planned(plan, warnings);
      }
      if (!json) {
        PlanText.print(plan, shell.out());
      }
      RestoreReport report = restore(view, wish, plan);
      return new RestoreOutcome(
          wish.snapshot(), wish.image(), wish.target(), report, Optional.of(plan), warnings);
    }
  }

  private ResizePlan plan(View view, VolumeImage image, LocalTarget.Shape shape)
      throws IOException {
    try (BlockReader volume = KeptBlocks.sharing(SnapshotVolume.of(view, image), 1)) {
      return Planner.plan(
          volume, new Planner.Wanted(shape.bytes(), shape.sectorBytes(), options.part()));
    }
  }

  private RestoreReport restore(View view, Wish wish, ResizePlan plan)
      throws IOException, CorruptData {
    Leftover.remove(shell, wish.target());
    try (LocalTarget target = LocalTarget.open(wish.target(), plan.targetBytes(), wish.options());
        ProgressLine progress = shell.progress()) {
      Resize.Request request =
          new Resize.Request(wish.snapshot(), wish.image(), plan, wish.verify(), temporary());
      try {
        return new Resize(view, shell.surroundings().get(), progress, shell.cancellation())
            .run(request, target);
      } catch (IOException | CorruptData e) {
        throw new Explained(e, target.state());
      }
    }
  }

  private Path temporary() {
    return Path.of(shell.environment().get("TMPDIR").orElse("/var/tmp"));
  }
}
