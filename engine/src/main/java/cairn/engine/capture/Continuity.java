package cairn.engine.capture;

import cairn.repository.snapshot.VolumeImage;
import java.util.Map;
import java.util.Optional;

/// Whether a volume is as an earlier snapshot has it but for what its tracker saw. Any doubt means
/// that all of it is read.
///
/// @param known what need not be read; empty in doubt
/// @param reason of the doubt, or what the proof rests upon; half a sentence for a person
record Continuity(Optional<LiveCopy.Known> known, String reason) {
  private static final String TRACKER = "tracker";
  private static final String GENERATION = "generation";

  /// What is now, to compare with.
  record Now(String tracker, long size, int blockBytes) {}

  static Continuity doubt(String reason) {
    return new Continuity(Optional.empty(), reason);
  }

  /// @param before of the volume in the snapshot
  static Continuity of(VolumeImage before, Now now) {
    Map<String, String> source = before.source();
    String tracker = source.getOrDefault(TRACKER, "");
    if (tracker.isEmpty()) {
      return doubt("no tracker went on after the last snapshot");
    }
    if (!tracker.equals(now.tracker)) {
      return doubt("the tracker was started after the last snapshot");
    }
    if (before.size() != now.size || before.blockBytes() != now.blockBytes) {
      return doubt("the size has changed since the last snapshot");
    }
    try {
      int generation = Integer.parseInt(source.getOrDefault(GENERATION, ""));
      return new Continuity(
          Optional.of(new LiveCopy.Known(generation)),
          "the tracker saw every write since the last snapshot");
    } catch (NumberFormatException e) {
      return doubt("the last snapshot does not say which writes it holds");
    }
  }

  /// What the next run needs for its proof, to be kept with the snapshot.
  static void write(Map<String, String> source, String tracker, int generation) {
    if (!tracker.isEmpty()) {
      source.put(TRACKER, tracker);
      source.put(GENERATION, Integer.toString(generation));
    }
  }
}
