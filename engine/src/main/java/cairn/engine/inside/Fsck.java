package cairn.engine.inside;

import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/// Checks the metadata of places, one after the other.
public final class Fsck {
  private final Progress progress;
  private final Cancellation cancellation;

  public Fsck(Progress progress, Cancellation cancellation) {
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @param deep also the content of files, where there are checksums for it
  /// @return a verdict for each place that has the sign of any format; of the devices of one file
  ///   system, which are checked once, the same
  /// @throws Cancellation.Cancelled when a person wanted to stop
  public FsckReport run(List<Place> places, boolean deep, Deadline deadline)
      throws Cancellation.Cancelled {
    IdentityHashMap<Place, Verdict> checked = new IdentityHashMap<>();
    List<Verdict> verdicts = new ArrayList<>();
    for (Place place : places) {
      Place whole = places.stream().filter(each -> each.standsFor(place)).findAny().orElse(place);
      Verdict known = checked.get(whole);
      if (known == null) {
        Gathered gathered = new Gathered(progress, cancellation, deadline);
        check(whole, deep, deadline, gathered);
        known = gathered.verdict(whole);
        checked.put(whole, known);
      }
      Verdict verdict = known.of(place);
      if (verdict.state() != Verdict.State.CLEAN || !(place.content() instanceof Unknown)) {
        verdicts.add(verdict);
      }
    }
    return new FsckReport(verdicts);
  }

  private void check(Place place, boolean deep, Deadline deadline, Gathered gathered)
      throws Cancellation.Cancelled {
    progress.begin("checking " + place.address(), 0);
    cancellation.check();
    try {
      deadline.check();
      place.check(deep, gathered);
    } catch (Cancellation.Cancelled e) {
      throw e;
    } catch (Deadline.Passed e) {
      gathered.unknown(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      gathered.problem(new Problem.Unknown(place.content().type(), place.address(), why));
    }
  }
}
