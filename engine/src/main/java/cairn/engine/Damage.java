package cairn.engine;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.repository.read.ChunkMissing;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What blocks of a volume of a snapshot are lost, and why. Safe for use by several threads.
public final class Damage {
  /// What a person still reads; the ranges that are lost are all kept.
  private static final int CAUSES_MAX = 1000;

  private final String snapshot;
  private final Set<Problem> causes = new LinkedHashSet<>();
  private final TreeMap<Long, Long> blocks = new TreeMap<>();
  private long moreCauses;

  public Damage(String snapshot) {
    this.snapshot = snapshot;
  }

  /// `count` blocks from `block` on are lost to damage.
  public synchronized void corrupt(CorruptData cause, long block, long count, VolumeImage volume) {
    addCause(cause.problem());
    add(block, Math.min(count, volume.blockCount() - block));
  }

  /// A block is lost because its chunk is missing or could not be read.
  public synchronized void unknown(ChunkId id, IOException cause, long block, VolumeImage volume) {
    unknown("chunk", id, cause, snapshot + " volume " + volume.name());
    add(block, 1);
  }

  /// Many blocks are lost because a node is missing or could not be read.
  public synchronized void unknownNode(ChunkId id, IOException cause, long block, long count) {
    unknown("node", id, cause, snapshot);
    add(block, count);
  }

  private void unknown(String kind, ChunkId id, IOException cause, String neededBy) {
    boolean missing = cause instanceof ChunkMissing || cause instanceof ObjectMissing;
    addCause(
        missing
            ? new Problem.Missing(kind, id.toString(), neededBy)
            : new Problem.Unknown(kind, id.toString(), String.valueOf(cause.getMessage())));
  }

  private void addCause(Problem cause) {
    if (causes.size() < CAUSES_MAX) {
      causes.add(cause);
    } else {
      moreCauses++;
    }
  }

  /// Joins neighbours, so that a lost disk takes one entry.
  private void add(long block, long count) {
    long from = block;
    long end = block + count;
    Map.Entry<Long, Long> before = blocks.floorEntry(from);
    if (before != null && before.getKey() + before.getValue() >= from) {
      from = before.getKey();
      end = Math.max(end, from + before.getValue());
    }
    Map.Entry<Long, Long> after = blocks.higherEntry(from);
    while (after != null && after.getKey() <= end) {
      end = Math.max(end, after.getKey() + after.getValue());
      blocks.remove(after.getKey());
      after = blocks.higherEntry(from);
    }
    blocks.put(from, end - from);
  }

  public synchronized boolean hits(long block) {
    Map.Entry<Long, Long> before = blocks.floorEntry(block);
    return before != null && block < before.getKey() + before.getValue();
  }

  /// The causes, then the ranges of the volume that they cost, neighbours joined.
  public synchronized List<Problem> problems(VolumeImage volume) {
    List<Problem> problems = new ArrayList<>(causes);
    if (moreCauses > 0) {
      problems.add(new Problem.More("snapshot", snapshot, moreCauses));
    }
    blocks.forEach((from, count) -> addAffected(problems, volume, from, count));
    return problems;
  }

  private void addAffected(List<Problem> problems, VolumeImage volume, long from, long count) {
    long offset = from * volume.blockBytes();
    long length = Math.min((from + count) * volume.blockBytes(), volume.size()) - offset;
    problems.add(new Problem.Affected(snapshot, volume.name(), offset, length));
  }
}
