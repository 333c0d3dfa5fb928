package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.collect.Copies.Copy;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Decides which packs of a tombstone can be doomed, after everybody who might not have known of it
/// has ended: those that hold nothing live. A copy of a live chunk may go only for a collector that
/// is alone, and when another copy stays that is as good.
final class Certainty implements Copies.Visitor {
  private final Set<ObjectId> candidates;
  private final Set<ObjectId> keepers;
  private final Set<ObjectId> needed = new HashSet<>();

  /// @param keepers packs that are there and in nobody's tombstone; empty when not alone
  Certainty(Set<ObjectId> candidates, Set<ObjectId> keepers) {
    this.candidates = candidates;
    this.keepers = keepers;
  }

  static Set<ObjectId> of(Reach reach, Set<ObjectId> candidates, Set<ObjectId> keepers)
      throws IOException, CorruptData {
    Certainty certainty = new Certainty(candidates, keepers);
    reach.copies().visit(reach.allSegments(), certainty);
    Set<ObjectId> certain = new HashSet<>(candidates);
    certain.removeAll(certainty.needed);
    return certain;
  }

  @Override
  public void chunk(boolean live, List<Copy> copies) {
    if (!live) {
      return;
    }
    for (Copy copy : copies) {
      if (candidates.contains(copy.at().pack()) && !isReplaceable(copy, copies)) {
        needed.add(copy.at().pack());
      }
    }
  }

  /// A delta cannot take the place of what others may be deltas to.
  private boolean isReplaceable(Copy copy, List<Copy> copies) {
    for (Copy other : copies) {
      boolean asGood = other.at().base() == null || copy.at().base() != null;
      if (asGood && other.counts() && keepers.contains(other.at().pack())) {
        return true;
      }
    }
    return false;
  }
}
