package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.layout.Fields;
import java.util.HashSet;
import java.util.Set;

/// The tree of UUIDs, by which whoever receives a stream finds subvolumes: it has the UUIDs of all
/// of them, and nothing else.
final class Uuids {
  private record Entry(int type, long low, long high, long subvolume) {}

  private final Report report;
  private final Set<Entry> expected = new HashSet<>();
  private final Set<Entry> found = new HashSet<>();

  Uuids(Report report) {
    this.report = report;
  }

  /// One that is being removed has no entries any more.
  void root(RootItem root) {
    if (Ids.isSubvolume(root.id()) && root.references() > 0) {
      expect(Key.UUID_SUBVOLUME, root.uuid(), root.id());
      expect(Key.UUID_RECEIVED, root.receivedUuid(), root.id());
    }
  }

  private void expect(int type, byte[] uuid, long subvolume) {
    Fields fields = Fields.littleEndian(uuid);
    Entry entry = new Entry(type, fields.u64(0), fields.u64(Long.BYTES), subvolume);
    if (entry.low() != 0 || entry.high() != 0) {
      expected.add(entry);
    }
  }

  void item(Item item) {
    Key key = item.key();
    for (int at = 0; at + Long.BYTES <= item.size(); at += Long.BYTES) {
      found.add(new Entry(key.type(), key.objectId(), key.offset(), item.u64(at)));
    }
  }

  /// Once everything was told. That of the topmost subvolume is entered by no more than a renewal.
  void compare() {
    for (Entry entry : found) {
      if (!expected.contains(entry)) {
        report.corrupt(subject(entry), name(entry), "in the tree of UUIDs", "not there");
      }
    }
    for (Entry entry : expected) {
      if (!found.contains(entry) && entry.subvolume() != Ids.TOP_SUBVOLUME) {
        report.corrupt(subject(entry), name(entry), "none", "in the tree of UUIDs");
      }
    }
  }

  private static Subject subject(Entry entry) {
    return Subject.of("subvolume", Long.toUnsignedString(entry.subvolume()));
  }

  private static String name(Entry entry) {
    return entry.type() == Key.UUID_SUBVOLUME ? "UUID" : "UUID received from";
  }
}
