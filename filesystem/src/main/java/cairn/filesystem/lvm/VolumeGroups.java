package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.lvm.LvmText.Section;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The volume groups of several physical volumes, and the logical volumes in them.
///
/// Linear, striped, `raid0`, `raid1` and `mirror` volumes are put together; those of other types,
/// snapshots among them, are named and cannot be read. The newest metadata of a group counts.
public final class VolumeGroups {
  private final SortedMap<String, LvmGroup> groups = new TreeMap<>();
  private final Map<String, List<BlockReader>> physicals = new HashMap<>();

  private VolumeGroups() {}

  /// Metadata that is damaged or cannot be read is passed over, as LVM does: a check of its
  /// physical volume tells.
  public static VolumeGroups of(Collection<LvmPhysicalVolume> volumes) {
    VolumeGroups all = new VolumeGroups();
    volumes.forEach(all::add);
    return all;
  }

  private void add(LvmPhysicalVolume volume) {
    physicals.computeIfAbsent(volume.id(), id -> new ArrayList<>()).add(volume.volume());
    for (LvmGroup group : volume.groups()) {
      groups.merge(group.id(), group, (one, other) -> one.seqno() < other.seqno() ? other : one);
    }
  }

  /// The physical volume, which now knows when its metadata is older than that of the others.
  public LvmPhysicalVolume compared(LvmPhysicalVolume volume) {
    for (LvmGroup group : volume.groups()) {
      LvmGroup newest = groups.getOrDefault(group.id(), group);
      if (newest.seqno() > group.seqno()) {
        return volume.outdatedBy(newest);
      }
    }
    return volume;
  }

  /// Those that are not hidden, by groups and names.
  public List<LogicalVolume> logicalVolumes() {
    return groups.values().stream()
        .flatMap(group -> logicalVolumes(group, physicals).stream())
        .toList();
  }

  static List<LogicalVolume> logicalVolumes(
      LvmGroup group, Map<String, List<BlockReader>> physicals) {
    List<LogicalVolume> all = new ArrayList<>();
    LvmMapping mapping = new LvmMapping(group, physicals);
    Map<String, String> refusals = refusals(group);
    for (Map.Entry<String, Section> each : group.logicals().entrySet()) {
      String name = each.getKey();
      Section section = each.getValue();
      if (section.lists("status", "VISIBLE")) {
        long extents = Math.min(LvmSegment.extents(section), group.extentsMax());
        long size = extents * group.extentBytes();
        String refusal = refusals.get(name);
        all.add(
            refusal == null
                ? logical(group.name(), name, size, mapping)
                : closed(group.name(), name, size, refusal));
      }
    }
    return all;
  }

  private static LogicalVolume logical(String group, String name, long size, LvmMapping mapping) {
    try {
      BlockReader bytes = mapping.volume(name);
      return new LogicalVolume(group, name, bytes.size(), Optional.of(bytes), "");
    } catch (CorruptData e) {
      return closed(group, name, size, e.problem().message());
    } catch (Unreadable e) {
      return closed(group, name, size, String.valueOf(e.getMessage()));
    }
  }

  private static LogicalVolume closed(String group, String name, long size, String why) {
    return new LogicalVolume(group, name, size, Optional.empty(), why);
  }

  /// A hidden volume ties a snapshot to its origin. The snapshot's own extents hold copies of
  /// blocks in an order of their own.
  private static Map<String, String> refusals(LvmGroup group) {
    Map<String, String> refusals = new HashMap<>();
    for (Section volume : group.logicals().values()) {
      for (Section segment : volume.sections().values()) {
        if (segment.values().get("cow_store") instanceof String store) {
          refusals.put(store, "snapshots are not understood");
        }
        if (segment.values().get("merging_store") instanceof String store) {
          refusals.put(store, "snapshots are not understood");
          refusals.put(
              String.valueOf(segment.values().get("origin")), "a snapshot is being merged into it");
        }
      }
    }
    return refusals;
  }
}
