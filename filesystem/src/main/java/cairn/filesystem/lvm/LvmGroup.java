package cairn.filesystem.lvm;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.lvm.LvmText.Section;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A volume group, as the metadata describes it.
///
/// @param seqno counts the changes of the metadata
/// @param root the whole text, and the section of the group in it, as they were read
/// @param physicals by their names in the metadata
/// @param logicals by their names, hidden ones included; looked into when they are needed
record LvmGroup(
    String name,
    String id,
    long seqno,
    long extentBytes,
    Section root,
    Section section,
    SortedMap<String, Physical> physicals,
    SortedMap<String, Section> logicals) {
  private static final String CONTENTS = "Text Format Volume Group";
  private static final int SECTOR = 512;
  private static final long EXTENT_SECTORS_MAX = 1L << 32;
  private static final long SECTORS_MAX = 1L << 52;

  /// @param id without hyphens
  /// @param missing whether LVM saw the group without it, so that its data may be old
  record Physical(String id, long start, long extents, long sectors, boolean missing) {
    static Physical of(Section section, long extentSectors) throws CorruptData {
      long start = section.number("pe_start");
      long count = section.number("pe_count");
      long most = SECTORS_MAX / extentSectors;
      subject().check(start > 0 && start <= SECTORS_MAX, "first extent", start, "1 or more");
      subject().check(count >= 0 && count <= most, "extents", count, "0.." + most);
      return new Physical(
          plain(section.text("id")),
          start,
          count,
          section.number("dev_size"),
          section.lists("flags", "MISSING"));
    }

    long startBytes() {
      return start * SECTOR;
    }

    /// Behind the last extent.
    long endBytes(long extentBytes) {
      return startBytes() + extents * extentBytes;
    }

    long deviceBytes() {
      return sectors < 0 || sectors > SECTORS_MAX ? 0 : sectors * SECTOR;
    }
  }

  static LvmGroup parse(String text) throws CorruptData {
    Section root = LvmText.parse(text);
    String contents = root.text("contents");
    subject().check(contents.equals(CONTENTS), "contents", contents, CONTENTS);
    subject().checkEqual(root.number("version"), 1, "version");
    Map.Entry<String, Section> only = only(root);
    Section group = only.getValue();
    long extent = group.number("extent_size");
    boolean good = extent > 0 && extent <= EXTENT_SECTORS_MAX;
    subject().check(good, "extent size", extent, "1.." + EXTENT_SECTORS_MAX);
    SortedMap<String, Physical> physicals = new TreeMap<>();
    for (var each : group.section("physical_volumes").sections().entrySet()) {
      physicals.put(each.getKey(), Physical.of(each.getValue(), extent));
    }
    return new LvmGroup(
        only.getKey(),
        plain(group.text("id")),
        group.number("seqno"),
        extent * SECTOR,
        root,
        group,
        physicals,
        group.sectionOrEmpty("logical_volumes").sections());
  }

  /// How many extents a logical volume can have.
  long extentsMax() {
    return SECTORS_MAX * SECTOR / extentBytes;
  }

  /// The section of the only group in a text.
  static Section section(String text) throws CorruptData {
    return only(LvmText.parse(text)).getValue();
  }

  private static Map.Entry<String, Section> only(Section root) throws CorruptData {
    SortedMap<String, Section> groups = root.sections();
    subject().checkEqual(groups.size(), 1, "volume groups");
    return groups.entrySet().iterator().next();
  }

  /// An id without its hyphens.
  static String plain(String id) {
    return id.replace("-", "");
  }

  /// As LVM prints it: 6-4-4-4-4-4-6.
  static String hyphenated(String id) {
    return id.replaceFirst("^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$", "$1-$2-$3-$4-$5-$6-$7");
  }

  static Subject subject() {
    return Subject.of("metadata", "lvm2");
  }
}
