package cairn.engine.inside;

import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.filesystem.Place;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What one check comes upon: the first problems, and the number of all.
final class Gathered implements Findings {
  private static final int PROBLEMS_KEPT = 1000;
  private static final int UNKNOWNS_KEPT = 100;

  private final Progress progress;
  private final Cancellation cancellation;
  private final Deadline deadline;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> unknowns = new ArrayList<>();
  private long problemCount;
  private long bytesRead;

  Gathered(Progress progress, Cancellation cancellation, Deadline deadline) {
    this.progress = progress;
    this.cancellation = cancellation;
    this.deadline = deadline;
  }

  @Override
  public synchronized void problem(Problem problem) {
    problemCount++;
    if (problems.size() < PROBLEMS_KEPT) {
      problems.add(problem);
    }
  }

  @Override
  public synchronized void unknown(String what) {
    if (unknowns.size() < UNKNOWNS_KEPT && !unknowns.contains(what)) {
      unknowns.add(what);
    }
  }

  @Override
  public synchronized void progress(long bytes) throws IOException {
    bytesRead += bytes;
    progress.advance(bytes);
    cancellation.check();
    deadline.check();
  }

  synchronized Verdict verdict(Place place) {
    return new Verdict(place, problems, problemCount, unknowns, bytesRead);
  }
}
