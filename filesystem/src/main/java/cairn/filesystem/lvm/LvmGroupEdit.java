package cairn.filesystem.lvm;

import cairn.filesystem.lvm.LvmLayout.Whole;
import cairn.filesystem.lvm.LvmText.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The metadata of a group, for another size of its only physical volume and perhaps of a logical
/// volume. Everything else stays as LVM wrote it.
final class LvmGroupEdit {
  private static final int SECTOR = 512;

  private final String physical;
  private final Change change;

  /// @param bytes of the physical volume, and how many extents it has
  /// @param from the first extent that moves, by how many others
  record Change(long bytes, long count, Optional<Whole> changed, long from, long delta) {}

  private LvmGroupEdit(String physical, Change change) {
    this.physical = physical;
    this.change = change;
  }

  static String edited(LvmGroup group, Change change) {
    String physical = group.physicals().firstKey();
    LvmGroupEdit edit = new LvmGroupEdit(physical, change);
    Section section =
        group
            .section()
            .with("seqno", group.seqno() + 1)
            .with("physical_volumes", edit.physicals(group));
    if (!group.logicals().isEmpty()) {
      section = section.with("logical_volumes", edit.logicals(group));
    }
    return LvmTextWriter.write(group.root().with(group.name(), section));
  }

  private Section physicals(LvmGroup group) {
    Section all = group.section().sectionOrEmpty("physical_volumes");
    Section own = all.sectionOrEmpty(physical);
    return all.with(
        physical, own.with("dev_size", change.bytes() / SECTOR).with("pe_count", change.count()));
  }

  private Section logicals(LvmGroup group) {
    Section all = group.section().sectionOrEmpty("logical_volumes");
    for (Map.Entry<String, Section> each : all.sections().entrySet()) {
      String name = each.getKey();
      boolean changed = change.changed().filter(whole -> whole.name().equals(name)).isPresent();
      all = all.with(name, changed ? changed(each.getValue()) : moved(each.getValue()));
    }
    return all;
  }

  /// It lies in one piece, so it may have one segment.
  private Section changed(Section volume) {
    Section first = volume.sectionOrEmpty("segment1");
    long extents = LvmSegment.extents(volume) + change.delta();
    return volume
        .without(name -> name.startsWith("segment") && !name.equals("segment1"))
        .with("segment_count", 1L)
        .with("segment1", first.with("extent_count", extents));
  }

  private Section moved(Section volume) {
    Section moved = volume;
    for (Map.Entry<String, Section> segment : volume.sections().entrySet()) {
      moved = moved.with(segment.getKey(), movedSegment(segment.getValue()));
    }
    return moved;
  }

  private Section movedSegment(Section segment) {
    Section moved = segment;
    for (Map.Entry<String, Object> each : segment.values().entrySet()) {
      if (each.getValue() instanceof List<?> list && list.contains(physical)) {
        moved = moved.with(each.getKey(), movedLegs(list));
      }
    }
    return moved;
  }

  /// Behind the name of the physical volume there is always an extent.
  private List<Object> movedLegs(List<?> list) {
    List<Object> moved = new ArrayList<>(list);
    for (int index = 0; index + 1 < list.size(); index++) {
      if (physical.equals(list.get(index)) && list.get(index + 1) instanceof Long extent) {
        moved.set(index + 1, extent >= change.from() ? extent + change.delta() : extent);
      }
    }
    return moved;
  }
}
