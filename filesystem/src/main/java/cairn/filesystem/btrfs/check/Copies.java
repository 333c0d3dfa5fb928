package cairn.filesystem.btrfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.btrfs.tree.BlockRules;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Complaints;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import cairn.filesystem.layout.BlockSet;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads every copy of each block that is at hand, and reports what is wrong with it the first time
/// that it is come upon. Blocks are shared by the trees of snapshots.
final class Copies {
  /// A block that is as its parent promised.
  ///
  /// @param bad the slots that are not to be used
  /// @param fresh whether nobody has come upon it before
  record Loaded(TreeBlock block, BitSet bad, boolean fresh) {}

  private static final String ELSEWHERE = "a part of the metadata lies on other devices";

  /// Blocks that snapshots share are read with each of them, up to so many for each sector.
  private static final long AGAIN_MAX = 4;

  private static final Complaints QUIET = (slot, where, field, have, expect) -> {};

  private final Pool pool;
  private final BtrfsSuperblock superblock;
  private final Report report;
  private final BlockRules rules;

  /// The first sectors of copies that were come upon.
  private final BlockSet seen;

  /// Of those, the ones that were found to be right as a whole.
  private final BlockSet good;

  /// The places of those whose faults were reported.
  private final Set<Long> reported = new HashSet<>();

  private long again;
  private ChunkMap map;

  Copies(Pool pool, ChunkMap map, Report report) {
    this.pool = pool;
    this.superblock = pool.superblock();
    this.map = map;
    this.report = report;
    this.rules = new BlockRules(superblock);
    this.seen = new BlockSet(Math.ceilDiv(pool.size(), (long) superblock.sectorBytes()));
    this.good = new BlockSet(seen.size());
  }

  /// Goes on with a map that knows more.
  void use(ChunkMap newMap) {
    map = newMap;
  }

  /// How many different blocks were come upon.
  long count() {
    return seen.count();
  }

  /// @param first what the parent says of the first key, or null in the topmost block
  /// @return empty when there is no good copy here, which was reported
  Optional<Loaded> load(TreeRoot wanted, @Nullable Key first) throws IOException {
    long[] places;
    try {
      places = map.copies(wanted.address(), superblock.nodeBytes());
    } catch (CorruptData e) {
      complaints(wanted, 0).complain(-1, "", "bytenr", "outside of all chunks", "within a chunk");
      return Optional.empty();
    }
    if (places.length == 0) {
      report.unknown(ELSEWHERE);
      return Optional.empty();
    }
    boolean fresh = fresh(places);
    if (!fresh && ++again > seen.size() * AGAIN_MAX) {
      report.unknown("subvolumes share so much that the files of some were not looked at");
      return Optional.empty();
    }
    return fresh ? loadAll(wanted, first, places) : loadOne(wanted, first, places);
  }

  private boolean fresh(long[] places) {
    long sector = sector(places[0]);
    return sector < seen.size() && seen.add(sector, sector + 1) == 1;
  }

  /// Past the end when the place is not on the device.
  private long sector(long place) {
    return Math.min(Long.divideUnsigned(place, superblock.sectorBytes()), seen.size());
  }

  private boolean isGood(long place) {
    long sector = sector(place);
    return sector < good.size() && good.contains(sector);
  }

  private void remember(long place, boolean isGood) {
    if (isGood) {
      good.add(sector(place), sector(place) + 1);
    } else {
      reported.add(place);
    }
  }

  private Optional<Loaded> loadAll(TreeRoot wanted, @Nullable Key first, long[] places)
      throws IOException {
    TreeBlock block = null;
    BitSet bad = null;
    for (int mirror = 0; mirror < places.length; mirror++) {
      Complaints complaints = complaints(wanted, places.length > 1 ? mirror + 1 : 0);
      Fields fields = read(places[mirror], complaints);
      if (block != null && bad != null && Arrays.equals(block.bytes(), fields.bytes())) {
        remember(places[mirror], bad.isEmpty());
        continue;
      }
      if (!rules.header(fields, wanted, complaints)) {
        continue;
      }
      if (block != null && bad != null) {
        complaints.complain(-1, "", "content", "another", "that of the other copy");
        continue;
      }
      TreeBlock copy = new TreeBlock(fields, wanted);
      Optional<BitSet> slots = rules.check(copy, first, complaints);
      if (isPromised(copy, first)) {
        remember(places[mirror], slots.isPresent() && slots.get().isEmpty());
      }
      if (slots.isPresent()) {
        block = copy;
        bad = slots.get();
      }
    }
    return block == null || bad == null
        ? Optional.empty()
        : Optional.of(new Loaded(block, bad, true));
  }

  /// Whether it begins with the key that led to it.
  private static boolean isPromised(TreeBlock block, @Nullable Key first) {
    return first == null || (block.count() > 0 && block.key(0).equals(first));
  }

  /// What is wrong with it was reported before, apart from what concerns this way to it.
  private Optional<Loaded> loadOne(TreeRoot wanted, @Nullable Key first, long[] places)
      throws IOException {
    for (long place : places) {
      Fields fields = read(place, QUIET);
      if (rules.header(fields, wanted, QUIET)) {
        TreeBlock block = new TreeBlock(fields, wanted);
        boolean promised = isPromised(block, first);
        if (promised && isGood(place)) {
          return Optional.of(new Loaded(block, new BitSet(), false));
        }
        boolean known = promised && reported.contains(place);
        Optional<BitSet> bad = rules.check(block, first, known ? QUIET : complaints(wanted, 0));
        if (promised) {
          remember(place, bad.isPresent() && bad.get().isEmpty());
        }
        if (bad.isPresent()) {
          return Optional.of(new Loaded(block, bad.get(), false));
        }
      }
    }
    if (places.length > 0) {
      rules.header(read(places[0], QUIET), wanted, complaints(wanted, 0));
    }
    return Optional.empty();
  }

  private Fields read(long place, Complaints complaints) throws IOException {
    byte[] bytes = new byte[superblock.nodeBytes()];
    if (!pool.holds(place, bytes.length)) {
      complaints.complain(-1, "", "place", Long.toString(place), "within the device");
    } else {
      pool.read(place, bytes, 0, bytes.length);
      report.read(bytes.length);
    }
    return Fields.littleEndian(bytes);
  }

  /// @param mirror from 1 on, or 0 when there is only one
  Complaints complaints(TreeRoot root, int mirror) {
    return (slot, where, field, have, expect) ->
        report.problem(
            new Problem.TreeBlock(
                root.level() == 0 ? "leaf" : "node",
                Long.toUnsignedString(root.id()),
                Long.toUnsignedString(root.address()),
                slot,
                mirror == 0 ? where : (where + " mirror=" + mirror).strip(),
                field,
                have,
                expect));
  }
}
