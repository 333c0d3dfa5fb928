package cairn.engine.upkeep;

import cairn.base.bytes.Problem;
import java.util.List;

/// What rebuilding the index did.
///
/// @param packs whose directories were read
/// @param chunks that no undamaged index listed, and that the new one lists
/// @param problems packs that could not be read: what only they hold stays unlisted
public record RebuildReport(long packs, long chunks, List<Problem> problems, long durationMillis) {
  public RebuildReport {
    problems = List.copyOf(problems);
  }
}
