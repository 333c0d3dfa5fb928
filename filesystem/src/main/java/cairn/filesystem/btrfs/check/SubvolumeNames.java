package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/// The names of subvolumes: each is in the tree of roots twice, from parent to child and back, and
/// in the directory of the parent. A snapshot of the parent has the entry in its directory, too,
/// and nothing else.
final class SubvolumeNames {
  private static final int FORWARD = 1;
  private static final int BACK = 2;
  private static final int ENTRY = 4;

  /// @param index of the entry in the directory
  private record Name(long parent, long child, long directory, long index, String hex) {}

  private final Report report;
  private final Map<Long, Integer> found = new HashMap<>();
  private final Map<Long, Name> names = new HashMap<>();
  private final Set<Long> named = new HashSet<>();
  private final Set<Long> orphans = new HashSet<>();

  SubvolumeNames(Report report) {
    this.report = report;
  }

  /// Takes an item of the tree of roots.
  void item(Item item) {
    Key key = item.key();
    switch (key.type()) {
      case Key.ROOT_REF -> add(key.objectId(), key.offset(), item, FORWARD);
      case Key.ROOT_BACKREF -> add(key.offset(), key.objectId(), item, BACK);
      case Key.ORPHAN_ITEM -> orphans.add(key.offset());
      default -> {}
    }
  }

  private void add(long parent, long child, Item item, int kind) {
    byte[] bytes = item.raw(18, item.u16(16));
    long directory = item.u64(0);
    long index = item.u64(8);
    long name = Names.ofSubvolume(parent, child, directory, index, bytes);
    found.merge(name, kind, (one, other) -> one | other);
    names.put(name, new Name(parent, child, directory, index, HexFormat.of().formatHex(bytes)));
    named.add(child);
  }

  /// Takes an index entry of a directory that leads to a subvolume.
  void index(long parent, long child, long directory, long index, byte[] name) {
    long number = Names.ofSubvolume(parent, child, directory, index, name);
    found.computeIfPresent(number, (each, kinds) -> kinds | ENTRY);
  }

  /// @param subvolumes all that there are
  /// @param whole whether the trees of all of them could be read
  void compare(Set<Long> subvolumes, Set<Long> removed, boolean whole) {
    int wanted = whole ? FORWARD | BACK | ENTRY : FORWARD | BACK;
    names.forEach((number, name) -> {
      int kinds = found.getOrDefault(number, 0);
      if ((kinds & wanted) != wanted && !removed.contains(name.parent())) {
        report.corrupt(subject(name), "found", describe(kinds), describe(wanted));
      }
    });
    for (Name name : names.values()) {
      if (!subvolumes.contains(name.child()) || !subvolumes.contains(name.parent())) {
        report.corrupt(subject(name), "root item", "none", "one");
      }
    }
    for (long id : subvolumes) {
      boolean free = Ids.isFree(id) && !removed.contains(id);
      if (free && !named.contains(id) && !orphans.contains(id)) {
        report.corrupt(subject(id), "name", "none", "one");
      }
    }
  }

  private static Subject subject(long id) {
    return Subject.of("subvolume", Long.toUnsignedString(id));
  }

  private static Subject subject(Name name) {
    return subject(name.child()).at(Long.toUnsignedString(name.parent()) + ":" + name.hex());
  }

  private static String describe(int kinds) {
    return ((kinds & FORWARD) != 0 ? "ref " : "")
        + ((kinds & BACK) != 0 ? "backref " : "")
        + ((kinds & ENTRY) != 0 ? "entry" : "");
  }
}
