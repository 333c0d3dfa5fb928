package cairn.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.repository.snapshot.VolumeImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/// A snapshot's blocks are relied upon only without any doubt.
class ContinuityTest {
  private static final int BLOCK = 64 << 10;
  private static final long SIZE = 100L * BLOCK;
  private static final Continuity.Now BEFORE = now("one", 7, SIZE, "");

  private static Continuity.Now now(String tracker, int generation, long size, String setAside) {
    return now(tracker, generation, size, setAside, number -> "stamp " + number);
  }

  private static Continuity.Now now(
      String tracker, int generation, long size, String setAside, IntFunction<String> stamps) {
    Continuity.Clock clock = new Continuity.Clock(tracker, generation, stamps);
    return new Continuity.Now(clock, size, BLOCK, setAside);
  }

  private static VolumeImage image(Continuity proof, Continuity.Now when) {
    Map<String, String> source = new HashMap<>();
    proof.write(source, when);
    return new VolumeImage("disk", SIZE, BLOCK, Optional.empty(), source);
  }

  private static Continuity after(Continuity.Now when) {
    return Continuity.of(image(Continuity.doubt("first"), BEFORE), when);
  }

  @Test
  void theSameTrackerOfTheSameDeviceProvesIt() {
    assertThat(after(now("one", 7, SIZE, "")).known()).contains(new LiveCopy.Known(7));
    assertThat(after(now("one", 30, SIZE, "")).known()).contains(new LiveCopy.Known(7));
  }

  @Test
  void anyDoubtHasEverythingRead() {
    assertDoubt(after(now("other", 9, SIZE, "")), "started after");
    assertDoubt(after(now("", 9, SIZE, "")), "started after");
    assertDoubt(after(now("one", 9, SIZE + BLOCK, "")), "size");
    assertDoubt(after(now("one", 6, SIZE, "")), "set back");
    assertDoubt(after(now("one", 9, SIZE, "", number -> "begun again " + number)), "set back");
    assertDoubt(after(now("one", 9, SIZE, "1 objects")), "repair");
    Continuity.Now none = now("", 1, SIZE, "");
    assertDoubt(Continuity.of(image(Continuity.doubt(""), none), none), "no tracker");
  }

  @Test
  void aTrackerThatMissedAWriteOnceIsNeverReliedUponAgain() {
    Continuity later = Continuity.of(image(Continuity.distrust("missed"), BEFORE), BEFORE);
    assertDoubt(later, "missed a write");
    assertDoubt(Continuity.of(image(later, BEFORE), BEFORE), "missed a write");
    Continuity doubted = later.doubted("another reason");
    assertDoubt(doubted, "another reason");
    assertDoubt(Continuity.of(image(doubted, BEFORE), BEFORE), "missed a write");
  }

  private static void assertDoubt(Continuity continuity, String reason) {
    assertThat(continuity.known()).isEmpty();
    assertThat(continuity.reason()).contains(reason);
  }
}
