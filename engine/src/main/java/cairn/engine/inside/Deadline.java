package cairn.engine.inside;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// How long checks may go on. Decides only when to be impatient (truth 10).
public final class Deadline {
  private final Optional<Instant> end;
  private final InstantSource clock;
  private final Duration time;

  private Deadline(Optional<Instant> end, InstantSource clock, Duration time) {
    this.end = end;
    this.clock = clock;
    this.time = time;
  }

  /// As long as it takes.
  public static Deadline none() {
    return new Deadline(Optional.empty(), () -> Instant.EPOCH, Duration.ZERO);
  }

  /// So long from now on.
  public static Deadline in(Duration time, InstantSource clock) {
    return new Deadline(Optional.of(clock.instant().plus(time)), clock, time);
  }

  void check() throws Passed {
    if (end.isPresent() && clock.instant().isAfter(end.get())) {
      throw new Passed(time);
    }
  }

  /// The time is over.
  static final class Passed extends IOException {
    private static final long serialVersionUID = 1;

    Passed(Duration time) {
      super("the time for it was over after " + time.toSeconds() + " s");
    }
  }
}
