package cairn.engine.capture;

import cairn.repository.snapshot.VolumeImage;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/// Whether a volume is as an earlier snapshot has it but for what its tracker saw. Any doubt means
/// that all of it is read.
///
/// @param known what need not be read; empty in doubt
/// @param reason of the doubt, or what the proof rests upon; half a sentence for a person
/// @param isDistrusted whether the tracker was caught missing a write, now or before
record Continuity(Optional<LiveCopy.Known> known, String reason, boolean isDistrusted) {
  private static final String TRACKER = "tracker";
  private static final String GENERATION = "generation";
  private static final String STAMP = "generationStamp";
  private static final String SET_ASIDE = "setAside";
  private static final String DISTRUSTED = "distrusted";

  /// What is now, to compare with.
  ///
  /// @param setAside what was in quarantine when this run began
  record Now(Clock clock, long size, int blockBytes, String setAside) {
    private String tracker() {
      return clock.tracker;
    }

    private int generation() {
      return clock.generation;
    }
  }

  /// @param generation of the tracker
  /// @param stamps of its generations, see [Writes#stamp]
  record Clock(String tracker, int generation, IntFunction<String> stamps) {}

  static Continuity doubt(String reason) {
    return new Continuity(Optional.empty(), reason, false);
  }

  static Continuity distrust(String reason) {
    return new Continuity(Optional.empty(), reason, true);
  }

  /// There is no proof for another reason; what was known of the tracker stays known.
  Continuity doubted(String newReason) {
    return new Continuity(Optional.empty(), newReason, isDistrusted);
  }

  /// Of a volume that stands on a snapshot, which therefore has all of it that was not written to.
  ///
  /// @param base id of that snapshot
  /// @param before id of the one to compare with
  static Continuity standingOn(String base, String before, Now now) {
    if (!base.equals(before)) {
      return doubt("it stands on another snapshot than the one to compare with");
    }
    if (!now.setAside.isEmpty()) {
      return doubt("a repair has set something aside, perhaps of that snapshot");
    }
    return new Continuity(Optional.of(new LiveCopy.Known(0)), "it stands on that snapshot", false);
  }

  /// Of a volume with a tracker.
  ///
  /// @param before what the snapshot to compare with has of it
  static Continuity of(VolumeImage before, Now now) {
    Map<String, String> source = before.source();
    String tracker = source.getOrDefault(TRACKER, "");
    if (tracker.isEmpty()) {
      return doubt("no tracker went on after the last snapshot");
    }
    if (!tracker.equals(now.tracker())) {
      return doubt("the tracker was started after the last snapshot");
    }
    if (tracker.equals(source.get(DISTRUSTED))) {
      return distrust("the tracker missed a write once; start it anew");
    }
    if (!now.setAside.equals(source.getOrDefault(SET_ASIDE, ""))) {
      return doubt("a repair set something aside since the last snapshot");
    }
    if (before.size() != now.size || before.blockBytes() != now.blockBytes) {
      return doubt("the size has changed since the last snapshot");
    }
    try {
      int generation = Integer.parseInt(source.getOrDefault(GENERATION, ""));
      boolean isSame =
          generation >= 0
              && generation <= now.generation()
              && now.clock.stamps.apply(generation).equals(source.getOrDefault(STAMP, ""));
      if (!isSame) {
        return doubt("the machine was set back to a state before the last snapshot");
      }
      return new Continuity(
          Optional.of(new LiveCopy.Known(generation)),
          "the tracker saw every write since the last snapshot",
          false);
    } catch (NumberFormatException e) {
      return doubt("the last snapshot does not say which writes it holds");
    }
  }

  /// What the next run needs for its proof, to be kept with the snapshot.
  void write(Map<String, String> source, Now now) {
    if (!now.tracker().isEmpty()) {
      source.put(TRACKER, now.tracker());
      source.put(GENERATION, Integer.toString(now.generation()));
      String stamp = now.clock.stamps.apply(now.generation());
      if (!stamp.isEmpty()) {
        source.put(STAMP, stamp);
      }
      if (!now.setAside.isEmpty()) {
        source.put(SET_ASIDE, now.setAside);
      }
      if (isDistrusted) {
        source.put(DISTRUSTED, now.tracker());
      }
    }
  }
}
