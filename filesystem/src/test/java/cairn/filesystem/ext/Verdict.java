package cairn.filesystem.ext;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a check found.
record Verdict(List<String> problems, List<String> unknown) {
  static final Verdict SOUND = new Verdict(List.of(), List.of());

  private static final int KEPT = 1000;

  static Verdict of(BlockReader volume) throws IOException {
    List<String> problems = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    Findings findings =
        new Findings() {
          @Override
          public void problem(Problem problem) {
            if (problems.size() < KEPT) {
              problems.add(problem.message());
            }
          }

          @Override
          public void unknown(String what) {
            unknown.add(what);
          }

          @Override
          public void progress(long bytes) {}
        };
    try {
      ExtFileSystem.open(volume).check(false, findings);
    } catch (CorruptData e) {
      problems.add(e.getMessage());
    }
    return new Verdict(problems, unknown);
  }

  boolean isSound() {
    return equals(SOUND);
  }
}
