package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.layout.Bits;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tree of free space against the extents: for each block group an item that says how many
/// stretches are free, and those, as items of their own or as bitmaps.
final class FreeSpace {
  private final ExtentTable extents;
  private final Groups groups;
  private final int sectorBytes;
  private final Report report;
  private final Set<Long> found = new HashSet<>();

  private Groups.@Nullable Group group;
  private boolean bitmaps;
  private long count;
  private long told;
  private long begin;
  private long end;

  /// Where the next free stretch is looked for, and the first extent that is not before it.
  private long position;

  private int next;
  private boolean wrong;

  /// The end of a block group that is no more; mkfs leaves such entries.
  private long ignoredEnd;

  FreeSpace(ExtentTable extents, Groups groups, int sectorBytes, Report report) {
    this.extents = extents;
    this.groups = groups;
    this.sectorBytes = sectorBytes;
    this.report = report;
  }

  private static Subject subject(long start) {
    return Subject.of("free space", Long.toUnsignedString(start));
  }

  void item(Item item) {
    Key key = item.key();
    if (key.type() == Key.FREE_SPACE_INFO) {
      finishGroup();
      open(item);
      return;
    }
    if (group == null && key.objectId() >= end && key.objectId() < ignoredEnd) {
      return;
    }
    boolean within =
        group != null
            && key.objectId() >= group.start()
            && key.objectId() + key.offset() <= group.end();
    if (!within) {
      report.corrupt(subject(key.objectId()), "block group", "none", "one that it lies in");
    } else if (bitmaps != (key.type() == Key.FREE_SPACE_BITMAP)) {
      report.corrupt(subject(key.objectId()), "type", key.type(), bitmaps ? 200 : 199);
      wrong = true;
    } else if (bitmaps) {
      bitmap(item);
    } else {
      free(key.objectId(), key.objectId() + key.offset());
    }
  }

  private void open(Item info) {
    long start = info.key().objectId();
    Groups.Group opened = groups.find(start);
    group = opened;
    begin = start;
    end = start;
    if (opened == null) {
      ignoredEnd = start + info.key().offset();
      return;
    }
    if (opened.length() != info.key().offset()) {
      report.corrupt(subject(start), "length", info.key().offset(), opened.length());
    }
    found.add(start);
    count = info.u32(0);
    bitmaps = (info.u32(4) & 1) != 0;
    told = 0;
    wrong = false;
    position = start;
    next = extents.floor(start - 1) + 1;
  }

  private void bitmap(Item item) {
    byte[] bytes = item.bytes();
    int from = item.place(0);
    int bits = (int) (item.key().offset() / sectorBytes);
    for (int bit = 0; bit < bits; ) {
      int low = Bits.nextSet(bytes, from, bit, bits);
      int high = Bits.nextClear(bytes, from, low, bits);
      if (high > low) {
        long start = item.key().objectId();
        free(start + (long) low * sectorBytes, start + (long) high * sectorBytes);
      }
      bit = high;
    }
  }

  /// What follows upon the stretch before belongs to it.
  private void free(long from, long to) {
    if (from != end || begin == end) {
      finishStretch();
      begin = from;
    }
    end = to;
  }

  private void finishStretch() {
    if (begin == end) {
      return;
    }
    told++;
    Optional<long[]> expected = nextFree();
    boolean equal = expected.isPresent() && expected.get()[0] == begin && expected.get()[1] == end;
    if (!equal && !wrong) {
      wrong = true;
      String expect =
          expected.map(range -> range[0] + "+" + (range[1] - range[0])).orElse("no more");
      report.corrupt(subject(begin), "stretch", begin + "+" + (end - begin), expect);
    }
    begin = end;
  }

  private Optional<long[]> nextFree() {
    Groups.Group in = group;
    if (in == null) {
      return Optional.empty();
    }
    while (next < extents.size() && extents.start(next) < in.end()) {
      long from = position;
      long to = extents.start(next);
      position = extents.end(next);
      next++;
      if (to > from) {
        return Optional.of(new long[] {from, to});
      }
    }
    if (position < in.end()) {
      long from = position;
      position = in.end();
      return Optional.of(new long[] {from, in.end()});
    }
    return Optional.empty();
  }

  private void finishGroup() {
    Groups.Group in = group;
    if (in == null) {
      return;
    }
    finishStretch();
    Optional<long[]> missing = nextFree();
    if (missing.isPresent() && !wrong) {
      long start = missing.get()[0];
      String expect = start + "+" + (missing.get()[1] - start);
      report.corrupt(subject(start), "stretch", "none", expect);
    }
    if (told != count) {
      report.corrupt(subject(in.start()), "extent_count", count, told);
    }
    group = null;
  }

  /// @param whole whether the tree could be read
  void finish(boolean whole) {
    finishGroup();
    for (Groups.Group each : groups.all()) {
      if (whole && !found.contains(each.start())) {
        report.corrupt(subject(each.start()), "item", "none", "one for its block group");
      }
    }
  }
}
