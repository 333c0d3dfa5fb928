package cairn.engine.compare;

import cairn.base.bytes.CorruptData;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.TreeDiff;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compares two snapshots, volume by volume of the same name, in time proportional to what differs.
public final class Diff {
  private final View view;

  public Diff(View view) {
    this.view = view;
  }

  public DiffReport run(Snapshot before, Snapshot after) throws IOException, CorruptData {
    Map<String, VolumeImage> lefts = volumes(before);
    Map<String, VolumeImage> rights = volumes(after);
    Map<String, VolumeImage> all = new LinkedHashMap<>(lefts);
    all.putAll(rights);
    List<VolumeDiff> diffs = new ArrayList<>();
    for (String name : all.keySet()) {
      diffs.add(compare(name, lefts.get(name), rights.get(name)));
    }
    return new DiffReport(diffs);
  }

  private static Map<String, VolumeImage> volumes(Snapshot snapshot) {
    Map<String, VolumeImage> volumes = new LinkedHashMap<>();
    snapshot.details().volumes().forEach(volume -> volumes.put(volume.name(), volume));
    return volumes;
  }

  /// A volume that one side lacks, and bytes beyond the end of the shorter one, compare as zeros
  /// do.
  private VolumeDiff compare(String name, @Nullable VolumeImage before, @Nullable VolumeImage after)
      throws IOException, CorruptData {
    VolumeImage larger = larger(before, after);
    Ranges ranges = new Ranges(larger);
    TreeDiff.compare(tree(before), tree(after), (block, left, right) -> ranges.add(block));
    return new VolumeDiff(name, ranges.ranges, ranges.bytes());
  }

  private static VolumeImage larger(@Nullable VolumeImage before, @Nullable VolumeImage after) {
    if (before == null || (after != null && after.size() > before.size())) {
      return java.util.Objects.requireNonNull(after);
    }
    return before;
  }

  private VolumeTree tree(@Nullable VolumeImage volume) {
    return volume == null ? new VolumeTree(view.nodes(), null, 0) : view.tree(volume);
  }

  private static final class Ranges {
    private final VolumeImage volume;
    private final List<Range> ranges = new ArrayList<>();

    Ranges(VolumeImage volume) {
      this.volume = volume;
    }

    void add(long block) {
      long offset = block * volume.blockBytes();
      int length = volume.blockLength(block);
      Range last = ranges.isEmpty() ? null : ranges.getLast();
      if (last != null && last.offset() + last.length() == offset) {
        ranges.set(ranges.size() - 1, new Range(last.offset(), last.length() + length));
      } else {
        ranges.add(new Range(offset, length));
      }
    }

    long bytes() {
      return ranges.stream().mapToLong(Range::length).sum();
    }
  }
}
