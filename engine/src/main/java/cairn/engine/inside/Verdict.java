package cairn.engine.inside;

import cairn.base.bytes.Problem;
import cairn.filesystem.Place;
import java.util.List;

/// What a check says of one place.
///
/// @param problems what is wrong, and what could not be read; the first of them
/// @param problemCount of all of them
/// @param unknowns what could not be looked at for another reason, each in one sentence without a
///   full stop
/// @param bytesRead metadata that was read
public record Verdict(
    Place place, List<Problem> problems, long problemCount, List<String> unknowns, long bytesRead) {
  public Verdict {
    problems = List.copyOf(problems);
    unknowns = List.copyOf(unknowns);
  }

  /// The same of a place that was checked with this one.
  Verdict of(Place other) {
    return new Verdict(other, problems, problemCount, unknowns, bytesRead);
  }

  /// From best to worst.
  public enum State {
    CLEAN("clean"),
    UNKNOWN("unknown"),
    SUSPECT("suspect");

    private final String word;

    State(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  public State state() {
    if (problems.stream().anyMatch(problem -> !(problem instanceof Problem.Unknown))) {
      return State.SUSPECT;
    }
    return problems.isEmpty() && unknowns.isEmpty() ? State.CLEAN : State.UNKNOWN;
  }

  /// `p2 (ext4)`.
  public String name() {
    return place.address() + " (" + place.content().type() + ")";
  }
}
