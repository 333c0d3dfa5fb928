package cairn.engine.collect;

import java.time.Duration;

/// What to collect.
///
/// @param dryRun whether to plan only
/// @param repackBytesMax how much may be copied from packs that hold garbage too
/// @param unusedPercent how much of what packs hold may stay unused, 0 to 100, before any is copied
/// @param deletionPercentMax more than this share of the repository is not deleted
/// @param keepUploads for how long what broken-off backups uploaded waits for the next one
public record CollectRequest(
    boolean dryRun,
    long repackBytesMax,
    double unusedPercent,
    double deletionPercentMax,
    Duration keepUploads) {
  public static final CollectRequest DEFAULT =
      new CollectRequest(false, Long.MAX_VALUE, 10, 50, Duration.ofDays(7));
}
