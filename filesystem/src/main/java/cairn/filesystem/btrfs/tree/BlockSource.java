package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads blocks of trees for those who need good ones: of each block the first copy that passes
/// every rule. Keeps some. May be used by several threads.
public final class BlockSource {
  private static final int KEPT_BYTES = 8 << 20;

  private final Pool pool;
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final BlockRules rules;
  private final Map<Long, TreeBlock> kept;

  public BlockSource(Pool pool, ChunkMap map) {
    this.pool = pool;
    this.superblock = pool.superblock();
    this.map = map;
    this.rules = new BlockRules(superblock);
    int most = KEPT_BYTES / superblock.nodeBytes();
    this.kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, TreeBlock> eldest) {
            return size() > most;
          }
        };
  }

  /// @param first what the parent says of the first key, or null in the topmost block
  /// @throws CorruptData about the first copy, when none is good
  /// @throws NotHere when no copy lies on the devices at hand
  TreeBlock read(TreeRoot wanted, @Nullable Key first) throws IOException, CorruptData, NotHere {
    TreeBlock known;
    synchronized (kept) {
      known = kept.get(wanted.address());
    }
    if (known != null
        && known.root().equals(wanted)
        && (first == null || (known.count() > 0 && known.key(0).equals(first)))) {
      return known;
    }
    TreeBlock block = readCopies(wanted, first);
    synchronized (kept) {
      kept.put(wanted.address(), block);
    }
    return block;
  }

  private TreeBlock readCopies(TreeRoot wanted, @Nullable Key first)
      throws IOException, CorruptData, NotHere {
    CorruptData failure = null;
    IOException unread = null;
    for (long place : map.copies(wanted.address(), superblock.nodeBytes())) {
      try {
        return readCopy(place, wanted, first);
      } catch (CorruptData e) {
        failure = failure == null ? e : failure;
      } catch (IOException e) {
        unread = unread == null ? e : unread;
      }
    }
    if (unread != null) {
      throw unread;
    }
    if (failure != null) {
      throw failure;
    }
    throw new NotHere("a part of its metadata lies on other devices");
  }

  private TreeBlock readCopy(long place, TreeRoot wanted, @Nullable Key first)
      throws IOException, CorruptData {
    String kind = wanted.level() == 0 ? "leaf" : "node";
    Subject subject =
        Subject.of(kind, Long.toUnsignedString(wanted.address()))
            .at("root " + Long.toUnsignedString(wanted.id()));
    byte[] bytes = new byte[superblock.nodeBytes()];
    boolean within = pool.holds(place, bytes.length);
    subject.check(within, "place", place + "+" + bytes.length, "within 0.." + pool.size());
    pool.read(place, bytes, 0, bytes.length);
    Fields fields = Fields.littleEndian(bytes);
    Problem.Corrupt[] problem = new Problem.Corrupt[1];
    Complaints complaints =
        (slot, where, field, have, expect) -> {
          if (problem[0] == null) {
            problem[0] = subject.slot(slot).corrupt(field, have, expect).problem();
          }
        };
    TreeBlock block = new TreeBlock(fields, wanted);
    if (rules.header(fields, wanted, complaints)) {
      Optional<BitSet> bad = rules.check(block, first, complaints);
      if (bad.isPresent() && bad.get().isEmpty()) {
        return block;
      }
    }
    throw new CorruptData(problem[0]);
  }
}
