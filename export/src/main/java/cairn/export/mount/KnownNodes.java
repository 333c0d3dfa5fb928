package cairn.export.mount;

import cairn.linux.Errno;
import cairn.linux.fuse.FuseError;
import cairn.linux.fuse.FuseTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The nodes that the kernel refers to by their numbers, until it has forgotten them.
///
/// *What bounds them.* The kernel forgets when it needs memory, which says nothing of ours. So only
/// the nodes used last keep what their readers hold of them, which may be kilobytes; and when there
/// are too many, the kernel is asked to forget files, which costs it another look-up at most.
final class KnownNodes {
  /// So many keep what their readers hold.
  private static final int HELD_MAX = 4096;

  private final ConcurrentMap<Long, Counted> nodes = new ConcurrentHashMap<>();
  private final Known root;
  private final int countMax;
  private final Map<Known, Boolean> held =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Known, Boolean> eldest) {
          boolean tooMany = size() > HELD_MAX;
          if (tooMany) {
            eldest.getKey().letGo();
          }
          return tooMany;
        }
      };

  private record Counted(Known node, long references) {}

  /// @param countMax how many the kernel may know before it is asked to forget some
  KnownNodes(Known root, int countMax) {
    this.root = root;
    this.countMax = countMax;
  }

  Known get(long number) throws FuseError {
    if (number == FuseTree.ROOT) {
      return root;
    }
    Counted counted = nodes.get(number);
    if (counted == null) {
      throw new FuseError(Errno.ESTALE);
    }
    hold(counted.node);
    return counted.node;
  }

  /// One reference more.
  void refer(Known node) {
    Counted counted =
        nodes.merge(
            node.number(),
            new Counted(node, 1),
            (known, more) -> new Counted(known.node, known.references + 1));
    hold(counted.node);
  }

  void forget(long number, long references) {
    nodes.computeIfPresent(
        number,
        (key, known) ->
            known.references > references
                ? new Counted(known.node, known.references - references)
                : null);
  }

  private void hold(Known node) {
    if (node.canLetGo()) {
      synchronized (held) {
        held.put(node, true);
      }
    }
  }

  /// Names of files that the kernel should forget; of directories none, because others are found
  /// through them.
  Collection<FuseTree.Entry> superfluous() {
    int excess = nodes.size() - countMax;
    if (excess <= 0) {
      return List.of();
    }
    List<FuseTree.Entry> entries = new ArrayList<>();
    for (Counted counted : nodes.values()) {
      if (entries.size() > excess + countMax / 4) {
        break;
      }
      if (!counted.node.isDirectory()) {
        counted.node.entry().ifPresent(entries::add);
      }
    }
    return entries;
  }

  int count() {
    return nodes.size();
  }
}
