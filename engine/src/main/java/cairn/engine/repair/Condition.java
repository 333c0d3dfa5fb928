package cairn.engine.repair;

import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.repository.pack.PackDirectory;
import java.util.Optional;

/// What is known of a pack after all of it was read.
sealed interface Condition {
  /// As it was written.
  record Sound(Contents contents) implements Condition {}

  /// Damaged, and brought back by its parity.
  ///
  /// @param found what lies in the storage
  /// @param shards how many pieces of 1 or 4 KiB came back
  record Restored(Slice found, Contents contents, int shards) implements Condition {}

  /// Not to be brought back in its place.
  record Broken(Contents contents) implements Condition {}

  /// Not there.
  record Gone() implements Condition {}

  /// Not enough of it could be read to say.
  record Unknown(Problem problem) implements Condition {}

  /// What there is of a pack.
  ///
  /// @param directory tells where blobs lie; empty when it is lost
  record Contents(Slice bytes, Optional<PackDirectory> directory) {}
}
