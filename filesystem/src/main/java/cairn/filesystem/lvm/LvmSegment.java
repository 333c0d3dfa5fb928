package cairn.filesystem.lvm;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.lvm.LvmText.Section;
import java.util.ArrayList;
import java.util.List;

/// A stretch of a logical volume, and what it is made of.
///
/// | type                  | legs                                                             |
/// |-----------------------|------------------------------------------------------------------|
/// | `linear`, `striped`   | `stripes`: physical or logical volumes, each with its first extent |
/// | `mirror`              | `mirrors`, likewise                                              |
/// | `raid0`               | `raid0_lvs`: logical volumes                                     |
/// | `raid0_meta`, `raid1` | `raids`: logical volumes, each with that of its superblock before it |
///
/// Those of other types are not known here.
///
/// @param type without the flags that may follow it
/// @param start the first extent of the logical volume, and how many follow
/// @param stripeBytes 0 when nothing is striped
record LvmSegment(String type, long start, long extents, long stripeBytes, List<Leg> legs) {
  private static final int SECTOR = 512;
  private static final long EXTENTS_MAX = 1L << 32;

  /// @param volume that holds the data, physical or logical
  /// @param extent the first one there
  /// @param superblock the logical volume that says how good it is; empty when there is none
  record Leg(String volume, long extent, String superblock) {}

  LvmSegment {
    legs = List.copyOf(legs);
  }

  /// The segments of a logical volume, which follow one another without a gap.
  static List<LvmSegment> all(String name, Section volume) throws CorruptData {
    Subject subject = Subject.of("logical volume", name);
    long count = volume.number("segment_count");
    subject.check(count > 0 && count <= EXTENTS_MAX, "segments", count, "1 or more");
    List<LvmSegment> segments = new ArrayList<>();
    long next = 0;
    for (long number = 1; number <= count; number++) {
      LvmSegment segment = of(volume.section("segment" + number), subject);
      subject.checkEqual(segment.start(), next, "start of segment " + number);
      next += segment.extents();
      segments.add(segment);
    }
    return segments;
  }

  /// How many extents a logical volume has, as far as its segments say.
  static long extents(Section volume) {
    long extents = 0;
    for (Section segment : volume.sections().values()) {
      if (segment.values().get("extent_count") instanceof Long count) {
        extents += Math.clamp(count, 0, EXTENTS_MAX);
      }
    }
    return extents;
  }

  private static LvmSegment of(Section section, Subject subject) throws CorruptData {
    String type = section.text("type").replaceFirst("\\+.*", "");
    long start = section.number("start_extent");
    long extents = section.number("extent_count");
    subject.check(extents > 0 && extents <= EXTENTS_MAX, "extents", extents, "1 or more");
    List<Leg> legs =
        switch (type) {
          case "linear", "striped" -> numbered(section, "stripes", "stripe_count", subject);
          case "mirror" -> numbered(section, "mirrors", "mirror_count", subject);
          case "raid0" -> named(section, "raid0_lvs", "stripe_count", subject);
          case "raid0_meta" -> named(section, "raids", "stripe_count", subject);
          case "raid1" -> named(section, "raids", "device_count", subject);
          default -> List.of();
        };
    boolean striped = List.of("striped", "raid0", "raid0_meta").contains(type) && legs.size() > 1;
    long stripe = striped ? section.number("stripe_size") : 0;
    if (striped) {
      boolean good = stripe > 0 && stripe <= EXTENTS_MAX && Long.bitCount(stripe) == 1;
      subject.check(good, "stripe size", stripe, "a power of two");
      subject.checkEqual(extents % legs.size(), 0, "extents behind those of whole stripes");
    }
    return new LvmSegment(type, start, extents, stripe * SECTOR, legs);
  }

  private static List<Leg> numbered(Section section, String name, String counter, Subject subject)
      throws CorruptData {
    List<?> list = section.list(name);
    subject.checkEqual(list.size(), 2 * section.number(counter), "length of " + name);
    List<Leg> legs = new ArrayList<>();
    for (int index = 0; index + 1 < list.size(); index += 2) {
      boolean good =
          list.get(index) instanceof String && list.get(index + 1) instanceof Long at && at >= 0;
      subject.check(good, name, list.subList(index, index + 2), "a name and an extent");
      legs.add(new Leg((String) list.get(index), (Long) list.get(index + 1), ""));
    }
    subject.check(!legs.isEmpty(), name, "none", "1 or more");
    return legs;
  }

  private static List<Leg> named(Section section, String name, String counter, Subject subject)
      throws CorruptData {
    List<?> list = section.list(name);
    int step = name.equals("raids") ? 2 : 1;
    long count = section.number(counter);
    subject.checkEqual(list.size(), step * count, "length of " + name);
    subject.check(count > 0, name, "none", "1 or more");
    List<Leg> legs = new ArrayList<>();
    for (int index = 0; index < list.size(); index += step) {
      Object last = list.get(index + step - 1);
      boolean good = list.get(index) instanceof String && last instanceof String;
      subject.check(good, name, list.subList(index, index + step), "names");
      legs.add(new Leg((String) last, 0, step == 1 ? "" : (String) list.get(index)));
    }
    return legs;
  }

  /// Whether each leg holds all of it.
  boolean isMirrored() {
    return type.equals("mirror") || type.equals("raid1");
  }

  /// How many extents each leg has.
  long legExtents() {
    return isMirrored() ? extents : extents / legs.size();
  }
}
