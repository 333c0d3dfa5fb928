package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.collect.Copies.Copy;
import cairn.repository.index.Location;
import cairn.repository.pack.PackContent;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.TreeRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Counts what each pack holds: of each live chunk one copy is needed, others are spare; the rest
/// is dead.
final class Census implements Copies.Visitor {
  private final Set<ObjectId> there;
  private final Map<ObjectId, Use> uses = new HashMap<>();
  private long liveChunks;
  private long liveBytes;
  private long liveRawBytes;
  private long deadChunks;

  /// @param there the packs that were listed
  Census(Set<ObjectId> there) {
    this.there = there;
  }

  /// What one pack holds, in stored bytes of blobs.
  static final class Use {
    long needed;
    long spare;
    long dead;
    int count;

    long bytes() {
      return needed + spare + dead;
    }
  }

  @Override
  public void chunk(boolean live, List<Copy> copies) throws CannotCollect {
    int needed = live ? choose(copies) : -1;
    for (int i = 0; i < copies.size(); i++) {
      Location at = copies.get(i).at();
      Use use = uses.computeIfAbsent(at.pack(), pack -> new Use());
      use.count++;
      long bytes = at.place().storedLength();
      if (i == needed) {
        use.needed += bytes;
        count(at);
      } else if (live) {
        use.spare += bytes;
      } else {
        use.dead += bytes;
      }
    }
    deadChunks += live ? 0 : 1;
  }

  private void count(Location at) {
    if (at.content() == PackContent.DATA) {
      liveChunks++;
      liveBytes += at.place().storedLength();
      liveRawBytes += at.place().rawLength();
    }
  }

  /// A copy that stands by itself serves every purpose.
  private int choose(List<Copy> copies) throws CannotCollect {
    int chosen = -1;
    for (int i = 0; i < copies.size(); i++) {
      Location at = copies.get(i).at();
      if (there.contains(at.pack())) {
        if (at.base() == null) {
          return i;
        }
        chosen = chosen < 0 ? i : chosen;
      }
    }
    if (chosen < 0) {
      Location lost = copies.getFirst().at();
      throw new CannotCollect(
          new Problem.Missing("pack", lost.pack().toString(), "chunk " + lost.id()));
    }
    return chosen;
  }

  Map<ObjectId, Use> uses() {
    return uses;
  }

  CollectReport.Found found(Reach reach, Plan plan) {
    long dataBytes =
        reach.snapshots().stream()
            .map(Snapshot::details)
            .flatMap(details -> details.volumes().stream())
            .mapToLong(Census::dataBytes)
            .sum();
    return new CollectReport.Found(
        reach.snapshots().size(),
        reach.nodes(),
        dataBytes,
        liveChunks,
        liveRawBytes,
        liveBytes,
        deadChunks,
        plan.garbageBytes(),
        plan.pendingBytes(),
        plan.packBytes());
  }

  private static long dataBytes(VolumeImage volume) {
    long blocks = volume.root().map(TreeRoot::items).orElse(0L);
    return Math.min(blocks * volume.blockBytes(), volume.size());
  }

  static Census of(Reach reach, Set<ObjectId> there) throws IOException, CorruptData {
    Census census = new Census(there);
    reach.copies().visit(reach.segments(), census);
    return census;
  }
}
