package cairn.export.mount;

import cairn.filesystem.file.FileNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives each node of all realms a number of its own, the same each time.
///
/// The upper 20 bits say the realm and the space in it, the others are the node's own number. What
/// does not fit, which no ordinary file system has, is remembered one by one.
final class InodeNumbers {
  private static final int OWN_BITS = 44;
  private static final int ODD = (1 << (64 - OWN_BITS)) - 1;

  private final Map<Space, Integer> spaces = new HashMap<>();
  private final Map<Odd, Long> odd = new HashMap<>();

  private record Space(Realm realm, long space) {}

  private record Odd(Space space, long number) {}

  /// @param first whose nodes have the numbers that they have there
  InodeNumbers(Realm first) {
    spaces.put(new Space(first, 0), 0);
  }

  long of(Branch branch) {
    return of(branch.realm(), branch.node().id());
  }

  synchronized long of(Realm realm, FileNode.Id id) {
    Space space = new Space(realm, id.space());
    @Nullable Integer prefix = spaces.get(space);
    if (prefix == null && spaces.size() < ODD) {
      prefix = spaces.size();
      spaces.put(space, prefix);
    }
    if (prefix != null && id.number() >>> OWN_BITS == 0) {
      return ((long) prefix << OWN_BITS) | id.number();
    }
    return ((long) ODD << OWN_BITS)
        | odd.computeIfAbsent(new Odd(space, id.number()), key -> (long) odd.size());
  }
}
