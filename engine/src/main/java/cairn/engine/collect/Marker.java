package cairn.engine.collect;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.repository.View;
import cairn.repository.index.Marks;
import cairn.repository.read.ChunkMissing;
import cairn.repository.read.NodeUnreadable;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Item;
import cairn.repository.tree.Key;
import cairn.repository.tree.Node;
import cairn.repository.tree.Promise;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Walks trees and marks what they reach. A node that is marked is marked with all beneath it, so
/// each different node is read once, whatever the number of snapshots; its chunks wait for
/// [Marks#settle]. Where a node replaces another one at the same place of a tree walked before,
/// only what differs is looked up.
final class Marker {
  /// Of the tree walked last, for comparison; about 10 MB.
  private static final int NODES_KEPT = 128;

  private final View view;
  private final Marks marks;
  private final Cancellation cancellation;
  private final Map<String, Promise> walkedLast = new HashMap<>();
  private final Map<ChunkId, Node> kept =
      new LinkedHashMap<>(NODES_KEPT * 2, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ChunkId, Node> eldest) {
          return size() > NODES_KEPT;
        }
      };
  private long nodes;

  Marker(View view, Marks marks, Cancellation cancellation) {
    this.view = view;
    this.marks = marks;
    this.cancellation = cancellation;
  }

  long nodes() {
    return nodes;
  }

  /// @throws CannotCollect when anything that the snapshot needs is damaged, missing or unreadable
  void mark(Snapshot snapshot) throws IOException, CorruptData {
    for (VolumeImage volume : snapshot.details().volumes()) {
      Promise root = volume.promise().orElse(null);
      if (root != null) {
        String place = snapshot.group() + "\n" + volume.name();
        @Nullable Promise before = walkedLast.remove(place);
        try {
          walk(root, before != null && before.level() == root.level() ? before : null);
          walkedLast.put(place, root);
        } catch (ChunkMissing e) {
          String neededBy = "snapshot " + snapshot.id();
          throw new CannotCollect(new Problem.Missing("chunk", e.id().toString(), neededBy));
        } catch (NodeUnreadable e) {
          throw new CannotCollect(
              new Problem.Unknown("node", e.id().toString(), String.valueOf(e.getMessage())));
        } catch (CorruptData e) {
          throw new CannotCollect(e.problem());
        }
      }
    }
  }

  private void walk(Promise promise, @Nullable Promise before) throws IOException, CorruptData {
    if (marks.isMarked(promise.id())) {
      return;
    }
    cancellation.check();
    Node node = load(promise);
    nodes++;
    List<Item> olds = before == null ? List.of() : itemsOf(before);
    int old = 0;
    for (Item item : node.items()) {
      while (old < olds.size() && olds.get(old).key().compareTo(item.key()) < 0) {
        old++;
      }
      Item counterpart = old < olds.size() ? olds.get(old) : null;
      boolean same = counterpart != null && counterpart.id().equals(item.id());
      if (!same && node.level() == 0) {
        marks.markLater(item.id());
      } else if (!same) {
        walk(promise.child(item), counterpart(before, counterpart, item.key()));
      }
    }
    if (!marks.mark(promise.id())) {
      throw new ChunkMissing(promise.id());
    }
  }

  /// Of a node that only saves work: when it is gone, because its snapshot was forgotten, none.
  private List<Item> itemsOf(Promise before) throws CorruptData {
    try {
      return load(before).items();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static @Nullable Promise counterpart(
      @Nullable Promise before, @Nullable Item item, Key key) {
    return before != null && item != null && item.key().equals(key) ? before.child(item) : null;
  }

  private Node load(Promise promise) throws IOException, CorruptData {
    Node node = kept.get(promise.id());
    if (node == null) {
      node = view.nodes().load(promise);
      kept.put(promise.id(), node);
    }
    return node;
  }
}
