package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Chunk;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Item;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The block groups: one for each chunk, with the bytes of it that extents take.
final class Groups {
  /// @param type what it holds and its profile, as in its chunk
  record Group(long start, long length, long used, long type) {
    long end() {
      return start + length;
    }
  }

  private final Report report;
  private final TreeMap<Long, Group> groups = new TreeMap<>();

  Groups(Report report) {
    this.report = report;
  }

  void add(Item item) {
    long start = item.key().objectId();
    groups.put(start, new Group(start, item.key().offset(), item.u64(0), item.u64(16)));
  }

  /// Null when none begins there.
  @Nullable Group find(long start) {
    return groups.get(start);
  }

  Iterable<Group> all() {
    return groups.values();
  }

  private static Subject subject(long start) {
    return Subject.of("block group", Long.toUnsignedString(start));
  }

  void compare(ChunkMap map) {
    for (Chunk chunk : map.chunks()) {
      if (!groups.containsKey(chunk.start())) {
        report.corrupt(subject(chunk.start()), "item", "none", "one for its chunk");
      }
    }
    for (Group group : groups.values()) {
      Chunk chunk = map.chunk(group.start(), group.length()).orElse(null);
      if (chunk == null || chunk.start() != group.start() || chunk.end() != group.end()) {
        report.corrupt(subject(group.start()), "length", group.length() + "", "that of a chunk");
      } else if (chunk.type() != group.type()) {
        report.corrupt(subject(group.start()), "type", group.type(), chunk.type());
      }
    }
  }

  /// Every extent is within a group that may hold it, and each group counts the bytes of its own.
  void compare(ExtentTable extents, BtrfsSuperblock superblock) {
    int index = 0;
    for (Group group : groups.values()) {
      for (; index < extents.size() && extents.start(index) < group.start(); index++) {
        outside(extents, index);
      }
      long used = 0;
      for (; index < extents.size() && extents.start(index) < group.end(); index++) {
        used += extents.bytes(index);
        within(extents, index, group);
      }
      if (used != group.used()) {
        report.corrupt(subject(group.start()), "used", group.used(), used);
      }
    }
    for (; index < extents.size(); index++) {
      outside(extents, index);
    }
    if (extents.totalBytes() != superblock.bytesUsed()) {
      report.corrupt(
          Subject.of("superblock", "btrfs"),
          "bytes used",
          superblock.bytesUsed(),
          extents.totalBytes());
    }
  }

  private void outside(ExtentTable extents, int index) {
    report.corrupt(
        ExtentTable.extent(extents.start(index)), "block group", "none", "one that holds it");
  }

  private void within(ExtentTable extents, int index, Group group) {
    if (extents.end(index) > group.end()) {
      outside(extents, index);
    }
    long may = extents.isData(index) ? Chunk.DATA : Chunk.METADATA | Chunk.SYSTEM;
    if ((group.type() & may) == 0) {
      report.corrupt(
          ExtentTable.extent(extents.start(index)), "block group of type", group.type(), may);
    }
  }
}
