package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The tree of quotas: groups, each with an item for what is counted and one for limits, in
/// relations that are there twice, and what it has counted for each subvolume, as far as it says
/// that it has.
final class Quotas {
  private static final long ON = 1;
  private static final long RESCAN = 2;
  private static final long INCONSISTENT = 4;
  private static final long SIMPLE = 8;
  private static final int LEVEL_SHIFT = 48;

  /// A relation is there in both directions.
  private record Relation(long one, long other) {
    Relation back() {
      return of(other, one);
    }

    static Relation of(long from, long to) {
      return new Relation(from, to);
    }
  }

  private final Report report;
  private final Map<Long, Usage.Bytes> counted = new TreeMap<>();
  private final Set<Long> limited = new HashSet<>();
  private final Set<Relation> relations = new HashSet<>();
  private long flags;

  Quotas(Report report) {
    this.report = report;
  }

  void item(Item item) {
    Key key = item.key();
    switch (key.type()) {
      case Key.QUOTA_STATUS -> flags = item.u64(16);
      case Key.QUOTA_INFO -> counted.put(key.offset(), new Usage.Bytes(item.u64(8), item.u64(24)));
      case Key.QUOTA_LIMIT -> limited.add(key.offset());
      case Key.QUOTA_RELATION -> relations.add(Relation.of(key.objectId(), key.offset()));
      default -> {}
    }
  }

  void compareGroups() {
    for (long id : counted.keySet()) {
      if (!limited.contains(id)) {
        report.corrupt(subject(id), "limit item", "none", "one");
      }
    }
    for (long id : limited) {
      if (!counted.containsKey(id)) {
        report.corrupt(subject(id), "info item", "none", "one");
      }
    }
    for (Relation each : relations) {
      if (!relations.contains(each.back())) {
        report.corrupt(subject(each.one()), "relation", "none", "one back");
      } else if (!counted.containsKey(each.one())) {
        report.corrupt(subject(each.one()), "info item", "none", "one, as it has relations");
      }
    }
  }

  /// @param found what the trees of all subvolumes refer to
  void compare(Map<Long, Usage.Bytes> found) {
    boolean valid = (flags & ON) != 0 && (flags & (RESCAN | INCONSISTENT | SIMPLE)) == 0;
    if (!valid) {
      return;
    }
    counted.forEach((id, bytes) -> {
      Usage.Bytes expect = found.get(id);
      if (id >>> LEVEL_SHIFT == 0 && expect != null && !expect.equals(bytes)) {
        report.corrupt(subject(id), "bytes", describe(bytes), describe(expect));
      }
    });
  }

  private static String describe(Usage.Bytes bytes) {
    return bytes.referred() + " of which " + bytes.exclusive() + " exclusive";
  }

  private static Subject subject(long id) {
    String name = (id >>> LEVEL_SHIFT) + "/" + (id & (1L << LEVEL_SHIFT) - 1);
    return Subject.of("quota group", name);
  }
}
