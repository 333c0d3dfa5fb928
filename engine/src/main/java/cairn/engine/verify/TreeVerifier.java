package cairn.engine.verify;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Damage;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.pack.PackContent;
import cairn.repository.read.ChunkMissing;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.repository.tree.Promise;
import cairn.repository.tree.Shape;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Walks the trees of snapshots. A node found whole once, with all beneath it, is not entered
/// again, so that the cost is that of the different nodes, whatever the number of snapshots.
final class TreeVerifier {
  private final View view;
  private final Findings findings;
  private final Cancellation cancellation;
  private final Set<Promise> whole = new HashSet<>();
  private long nodes;

  TreeVerifier(View view, Findings findings, Cancellation cancellation) {
    this.view = view;
    this.findings = findings;
    this.cancellation = cancellation;
  }

  void run(Snapshot snapshot) throws IOException {
    for (VolumeImage volume : snapshot.details().volumes()) {
      Damage damage = new Damage(snapshot.id().toString());
      if (volume.promise().isPresent()) {
        walk(volume.promise().get(), volume, 0, damage);
      }
      List<Problem> problems = damage.problems(volume);
      // What was collected because the snapshot was forgotten meanwhile is no damage.
      if (!problems.isEmpty() && view.repository().isThere(snapshot)) {
        problems.forEach(findings::add);
      }
    }
  }

  /// The number of different nodes read.
  long nodes() {
    return nodes;
  }

  /// @param first the first block that the node spans
  /// @return whether all that the node reaches is there
  private boolean walk(Promise promise, VolumeImage volume, long first, Damage damage)
      throws IOException {
    if (whole.contains(promise)) {
      return true;
    }
    cancellation.check();
    Node node;
    try {
      node = view.nodes().load(promise);
    } catch (CorruptData e) {
      damage.corrupt(e, first, Shape.span(promise.level()), volume);
      return false;
    } catch (IOException e) {
      damage.unknownNode(promise.id(), e, first, blocks(promise, volume, first));
      return false;
    }
    nodes++;
    boolean good = true;
    for (Item item : node.items()) {
      good &= node.level() == 0 ? leaf(item, volume, damage) : child(promise, item, volume, damage);
    }
    if (good) {
      whole.add(promise);
    }
    return good;
  }

  private static long blocks(Promise promise, VolumeImage volume, long first) {
    return Math.min(Shape.span(promise.level()), volume.blockCount() - first);
  }

  private boolean child(Promise promise, Item item, VolumeImage volume, Damage damage)
      throws IOException {
    Promise child = promise.child(item);
    long span = Shape.span(child.level());
    return walk(child, volume, item.key().offset() / span * span, damage);
  }

  private boolean leaf(Item item, VolumeImage volume, Damage damage) {
    long block = item.key().offset();
    List<Location> places = view.committed().find(item.id());
    int length = volume.blockLength(block);
    if (places.stream().anyMatch(place -> isUsable(place, length))) {
      return true;
    }
    damage.unknown(item.id(), new ChunkMissing(item.id()), block, volume);
    return false;
  }

  private boolean isUsable(Location place, int length) {
    ChunkId base = place.base();
    return !findings.isBad(place.pack(), place.id())
        && place.content() == PackContent.DATA
        && place.place().rawLength() == length
        && (base == null
            || view.committed().find(base).stream()
                .anyMatch(at -> at.base() == null && !findings.isBad(at.pack(), base)));
  }
}
