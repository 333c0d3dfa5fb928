package cairn.filesystem.lvm;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.lvm.LvmText.Section;
import cairn.filesystem.used.MapRefused;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which extents of a physical volume the logical volumes of its group use.
///
/// A segment of a logical volume lists areas as pairs: a name, and a number. Where the name is that
/// of a physical volume, the number is the first extent there; else it is another logical volume,
/// which has segments of its own.
///
/// @param offset of the first extent, in bytes
/// @param used by the number of the extent
record LvmExtents(long offset, long extentBytes, int count, BitSet used) {
  private static final int SECTOR = 512;
  private static final int COUNT_MAX = 1 << 28;
  static final Set<String> KNOWN =
      Set.of(
          "striped",
          "linear",
          "error",
          "zero",
          "mirror",
          "snapshot",
          "thin",
          "thin-pool",
          "cache",
          "cache-pool",
          "writecache",
          "vdo",
          "vdo-pool",
          "raid0",
          "raid0_meta",
          "raid1",
          "raid10",
          "raid4",
          "raid5",
          "raid5_la",
          "raid5_ls",
          "raid5_ra",
          "raid5_rs",
          "raid5_n",
          "raid6",
          "raid6_zr",
          "raid6_nr",
          "raid6_nc",
          "raid6_n_6",
          "raid6_ls_6",
          "raid6_rs_6",
          "raid6_la_6",
          "raid6_ra_6");

  /// Of a physical volume without a group.
  static LvmExtents none(long offset) {
    return new LvmExtents(offset, SECTOR, 0, new BitSet());
  }

  /// @param group the section of the volume group
  /// @param id of the physical volume, without hyphens
  static LvmExtents of(Section group, String id, long deviceBytes) throws CorruptData, MapRefused {
    Map<String, Object> volumes = group.section("physical_volumes").values();
    for (Map.Entry<String, Object> each : volumes.entrySet()) {
      if (each.getValue() instanceof Section volume
          && volume.text("id").replace("-", "").equals(id)) {
        LvmExtents extents = empty(group, volume, deviceBytes);
        extents.addAll(group, each.getKey());
        return extents;
      }
    }
    throw subject().corrupt("physical volume", "none", id);
  }

  private static LvmExtents empty(Section group, Section volume, long deviceBytes)
      throws CorruptData {
    long extent = group.number("extent_size");
    long start = volume.number("pe_start");
    long count = volume.number("pe_count");
    long sectors = deviceBytes / SECTOR;
    Subject subject = subject();
    subject.check(extent > 0 && extent <= sectors, "extent size", extent, sectors);
    subject.check(start > 0 && start <= sectors, "first extent", start, sectors);
    long most = Math.min(COUNT_MAX, (sectors - start) / extent);
    subject.check(count >= 0 && count <= most, "extents", count, most);
    return new LvmExtents(start * SECTOR, extent * SECTOR, (int) count, new BitSet());
  }

  private void addAll(Section group, String name) throws CorruptData, MapRefused {
    Object all = group.values().get("logical_volumes");
    if (all instanceof Section volumes) {
      for (Object volume : volumes.values().values()) {
        if (volume instanceof Section section) {
          addVolume(section, name);
        }
      }
    }
  }

  private void addVolume(Section volume, String name) throws CorruptData, MapRefused {
    long segments = volume.number("segment_count");
    subject().check(segments >= 0 && segments <= count + 1_000_000L, "segments", segments, count);
    for (long number = 1; number <= segments; number++) {
      addSegment(volume.section("segment" + number), name);
    }
  }

  private void addSegment(Section segment, String name) throws CorruptData, MapRefused {
    String type = segment.text("type").replaceFirst("\\+.*", "");
    if (!KNOWN.contains(type)) {
      throw new MapRefused("unknown type of segment " + type);
    }
    long extents = segment.number("extent_count");
    boolean striped = type.equals("striped") && segment.number("stripe_count") > 0;
    long each = striped ? Math.ceilDiv(extents, segment.number("stripe_count")) : extents;
    for (Object value : segment.values().values()) {
      if (value instanceof List<?> list) {
        addAreas(list, name, each);
      } else {
        subject().check(!name.equals(value), "segment", name, "in a list");
      }
    }
  }

  private void addAreas(List<?> list, String name, long extents) throws CorruptData {
    for (int index = 0; index < list.size(); index++) {
      if (name.equals(list.get(index))) {
        long first =
            index + 1 < list.size() && list.get(index + 1) instanceof Long number ? number : -1;
        boolean within = first >= 0 && extents > 0 && extents <= count && first <= count - extents;
        subject().check(within, "segment", first + "+" + extents, "within " + count);
        used.set((int) first, (int) (first + extents));
      }
    }
  }

  private static Subject subject() {
    return Subject.of("metadata", "lvm2");
  }
}
