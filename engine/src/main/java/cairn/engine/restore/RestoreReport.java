package cairn.engine.restore;

import cairn.base.bytes.Problem;
import java.util.List;

/// What a restore did.
///
/// @param bytesTotal size of the volume
/// @param bytesWritten without holes
/// @param bytesVerified read back from the target and compared
/// @param problems damage, and the byte ranges that it cost; what they name was not written
public record RestoreReport(
    long bytesTotal,
    long bytesWritten,
    long bytesVerified,
    List<Problem> problems,
    long durationMillis) {
  public RestoreReport {
    problems = List.copyOf(problems);
  }
}
