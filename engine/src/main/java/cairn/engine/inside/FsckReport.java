package cairn.engine.inside;

import cairn.base.bytes.Problem;
import cairn.engine.inside.Verdict.State;
import java.util.Comparator;
import java.util.List;

/// What a check found.
///
/// @param verdicts for each place that has the sign of any format
public record FsckReport(List<Verdict> verdicts) {
  /// Why nothing is known when there is no verdict.
  public static final String NOTHING = "there is nothing in it that is understood";

  public FsckReport {
    verdicts = List.copyOf(verdicts);
  }

  /// The worst of all; unknown when there is nothing that could be checked.
  public State state() {
    return verdicts.stream()
        .map(Verdict::state)
        .max(Comparator.naturalOrder())
        .orElse(State.UNKNOWN);
  }

  public long problemCount() {
    return verdicts.stream().mapToLong(Verdict::problemCount).sum();
  }

  /// Those that were kept.
  public List<Problem> problems() {
    return verdicts.stream().flatMap(verdict -> verdict.problems().stream()).toList();
  }
}
