package cairn.engine.files;

import cairn.base.bytes.Problem;
import java.util.List;

/// What a copy did.
///
/// @param files regular files, without further names of the same
/// @param directories with those that were there before
/// @param others links, devices, FIFOs and sockets
/// @param bytes of content that were written, without holes
/// @param problems what was not copied, or not wholly; damage, and what could not be read or made
/// @param warnings what could not be set of copies that are good otherwise, in sentences
/// @param durationMillis from start to end
public record CopyReport(
    long files,
    long directories,
    long others,
    long bytes,
    List<Problem> problems,
    List<String> warnings,
    long durationMillis) {
  public CopyReport {
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }
}
