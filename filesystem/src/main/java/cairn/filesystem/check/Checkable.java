package cairn.filesystem.check;

import java.io.IOException;

/// A format whose metadata can be checked: each structure by itself, and all of them against each
/// other.
public interface Checkable {
  /// Checks everything, and goes on after each problem as far as sense can be made of the rest.
  /// Whatever the volume holds, this ends, and takes memory for the size of the volume at most, a
  /// bit for each of its blocks, not for what the volume says of itself.
  ///
  /// @param deep also read the content of files, where the format has checksums for it
  /// @throws IOException when the volume could not be read, or the findings want no more
  void check(boolean deep, Findings findings) throws IOException;
}
