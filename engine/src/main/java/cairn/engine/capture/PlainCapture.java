package cairn.engine.capture;

import cairn.base.bytes.CorruptData;
import cairn.repository.tree.NodeSink;
import cairn.repository.tree.TreeRoot;
import cairn.repository.tree.TreeWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Reads a volume that nobody writes to, once and in order.
public final class PlainCapture {
  private final Intake intake;
  private final RandomGenerator chance;
  private boolean holesWrong;

  public PlainCapture(Intake intake, RandomGenerator chance) {
    this.intake = intake;
    this.chance = chance;
  }

  /// @return the root of the volume's tree; empty when the volume is all zeros
  public Optional<TreeRoot> run(Source source, NodeSink nodes) throws IOException, CorruptData {
    try {
      return run(source, nodes, new ReadPlan(source, true, chance));
    } catch (Intake.HoleWithData e) {
      holesWrong = true;
      intake.startAgain();
      return run(source, nodes, new ReadPlan(source, false, chance));
    }
  }

  private Optional<TreeRoot> run(Source source, NodeSink nodes, ReadPlan plan)
      throws IOException, CorruptData {
    TreeWriter tree = new TreeWriter(nodes, source.blockCount());
    intake.run(
        source,
        plan,
        (block, chunk) -> {
          if (chunk != null) {
            tree.add(block, chunk);
          }
        });
    return tree.finish();
  }

  /// Whether a source called something a hole that was none, so that everything was read.
  public boolean holesWrong() {
    return holesWrong;
  }
}
