package cairn.engine.inside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.filesystem.Content;
import cairn.filesystem.Place;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FsckTest {
  private static final AtomicLong SECONDS = new AtomicLong();
  private static final InstantSource CLOCK = () -> Instant.ofEpochSecond(SECONDS.incrementAndGet());

  private final Cancellation cancellation = new Cancellation();
  private final Fsck fsck = new Fsck(Progress.NONE, cancellation);

  /// What a check that is made up does.
  private interface Script {
    void check(Findings findings) throws IOException;
  }

  private record FakeFormat(Script script, boolean isFurtherDevice) implements Format, Checkable {
    @Override
    public Identity identity() {
      return Identity.of("fake", 100);
    }

    @Override
    public Freshness freshness() {
      return Freshness.CURRENT;
    }

    @Override
    public void visitUsed(UsedVisitor visitor) {}

    @Override
    public void check(boolean deep, Findings findings) throws IOException {
      script.check(findings);
    }
  }

  private static Place place(String name, Script script) {
    return place(name, script, false);
  }

  private static Place place(String name, Script script, boolean further) {
    Content content = new Content.FileSystem(new FakeFormat(script, further));
    return new Place(List.of(name), "", 0, 100, content, Optional.empty());
  }

  private static void endless(Findings findings) throws IOException {
    while (true) {
      findings.progress(1);
    }
  }

  private static void damage(Findings findings, int problems) {
    for (int i = 0; i < problems; i++) {
      findings.problem(Subject.of("inode", "" + i).corrupt("links", "0", "1"));
    }
  }

  private FsckReport run(Deadline deadline, Place... places) throws Cancellation.Cancelled {
    return fsck.run(List.of(places), false, deadline);
  }

  @Test
  void devicesOfOneFileSystemAreCheckedOnceAndNoneIsCleanAlone() throws Cancellation.Cancelled {
    Script never =
        findings -> {
          throw new AssertionError("checked with the first one");
        };
    Place second = place("second", never, true);
    Place first = place("first", findings -> damage(findings, 2));
    assertThat(run(Deadline.none(), second, first).verdicts())
        .extracting(
            verdict -> verdict.name() + " " + verdict.state() + " " + verdict.problemCount())
        .containsExactly("second (fake) SUSPECT 2", "first (fake) SUSPECT 2");
    Place alone = place("alone", findings -> damage(findings, 1), true);
    assertThat(run(Deadline.none(), alone).verdicts().getFirst().problemCount()).isEqualTo(1);
  }

  @Test
  void whatTakesTooLongIsUnknownAndSoIsTheRest() throws Cancellation.Cancelled {
    Deadline deadline = Deadline.in(Duration.ofSeconds(60), CLOCK);
    FsckReport report =
        run(
            deadline,
            place("good", findings -> {}),
            place("bad", findings -> damage(findings, 1)),
            place("endless", FsckTest::endless),
            place("last", findings -> {}));
    assertThat(report.verdicts())
        .extracting(Verdict::state)
        .containsExactly(
            Verdict.State.CLEAN,
            Verdict.State.SUSPECT,
            Verdict.State.UNKNOWN,
            Verdict.State.UNKNOWN);
    assertThat(report.verdicts().get(2).unknowns())
        .containsExactly("the time for it was over after 60 s");
    assertThat(report.state()).isEqualTo(Verdict.State.SUSPECT);
    assertThat(FsckText.of(report).get(FsckText.FOUND))
        .startsWith(
            "bad (fake): corrupt inode 0: links, have 0 expect 1; endless (fake): the time");
  }

  @Test
  void whoeverWantsToStopStops() {
    Place place =
        place(
            "endless",
            findings -> {
              cancellation.cancel();
              endless(findings);
            });
    assertThatThrownBy(() -> run(Deadline.none(), place))
        .isInstanceOf(Cancellation.Cancelled.class);
  }

  @Test
  void ofManyProblemsTheFirstAreKeptAndAllAreCounted() throws Cancellation.Cancelled {
    FsckReport report = run(Deadline.none(), place("bad", findings -> damage(findings, 5000)));
    assertThat(report.problemCount()).isEqualTo(5000);
    assertThat(report.problems()).hasSize(1000);
    assertThat(FsckText.of(report).get(FsckText.FOUND)).endsWith("; 4,997 more");
  }

  @Test
  void whatCannotBeReadIsUnknownAndNotSuspect() throws Cancellation.Cancelled {
    FsckReport report =
        run(
            Deadline.none(),
            place(
                "broken",
                findings -> {
                  throw new IOException("cannot read bytes 0+4096");
                }),
            place("good", findings -> {}));
    assertThat(report.state()).isEqualTo(Verdict.State.UNKNOWN);
    assertThat(report.problems())
        .singleElement()
        .isInstanceOf(Problem.Unknown.class)
        .extracting(Problem::message)
        .isEqualTo("unknown fake broken: cannot read bytes 0+4096");
    assertThat(report.verdicts().getLast().state()).isEqualTo(Verdict.State.CLEAN);
  }
}
