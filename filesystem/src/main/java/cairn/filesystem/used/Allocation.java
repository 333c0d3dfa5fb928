package cairn.filesystem.used;

import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// Which ranges of a volume may hold something.
///
/// The volume is at rest, frozen, or live ([Moment]). When it is live, its map may be torn: that is
/// [CorruptData] or a wrong map, and the caller asks again when it is frozen.
public interface Allocation {
  /// Whether the map on disk is as new as what it maps.
  Freshness freshness() throws IOException, CorruptData;

  /// Tells every range that may hold something, in any order, overlapping or not; whatever is not
  /// told is free.
  ///
  /// When it throws, what was told until then is in use, and nothing is known about the rest: the
  /// caller takes everything.
  ///
  /// @throws CorruptData when the map contradicts itself or one of its checksums
  /// @throws MapRefused when it cannot be relied on for another reason
  void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused;
}
