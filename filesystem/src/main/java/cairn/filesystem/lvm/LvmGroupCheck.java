package cairn.filesystem.lvm;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.lvm.LvmGroup.Physical;
import cairn.filesystem.lvm.LvmSegment.Leg;
import cairn.filesystem.lvm.LvmText.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks what the metadata of a volume group says against itself: ids, segments without gaps,
/// extents that are there and belong to one volume alone, names that exist, no loops.
final class LvmGroupCheck {
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z!#]{32}");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9+_.][a-zA-Z0-9+_.-]*");

  /// `lib/format_text/flags.c` of LVM2.
  private static final Set<String> STATUS =
      Set.of(
          "READ",
          "WRITE",
          "VISIBLE",
          "RESIZEABLE",
          "ALLOCATABLE",
          "EXPORTED",
          "PARTIAL",
          "CLUSTERED",
          "SHARED",
          "PVMOVE",
          "LOCKED",
          "FIXED_MINOR",
          "NOTSYNCED",
          "REBUILD",
          "RESHAPE",
          "RESHAPE_DATA_OFFSET",
          "RESHAPE_DELTA_DISKS_PLUS",
          "RESHAPE_DELTA_DISKS_MINUS",
          "REMOVE_AFTER_RESHAPE",
          "WRITEMOSTLY",
          "CONVERTING");

  private static final Section NONE = new Section(Map.of());
  private static final int LEVELS_MAX = 16;

  /// What names another logical volume.
  private static final List<String> REFERENCES =
      List.of(
          "origin",
          "cow_store",
          "merging_store",
          "mirror_log",
          "thin_pool",
          "metadata",
          "pool",
          "data",
          "cache_pool",
          "external_origin");

  private final LvmGroup group;
  private final Findings findings;
  private final List<Use> uses = new ArrayList<>();
  private final Map<String, Set<String>> below = new HashMap<>();

  /// Extents of a physical volume that belong to a logical one.
  private record Use(String physical, long first, long end, String logical) {}

  @FunctionalInterface
  private interface Check {
    void run() throws CorruptData;
  }

  LvmGroupCheck(LvmGroup group, Findings findings) {
    this.group = group;
    this.findings = findings;
  }

  void run() {
    Subject subject = Subject.of("volume group", group.name());
    attempt(() -> subject.check(group.seqno() > 0, "seqno", group.seqno(), "1 or more"));
    attempt(() -> checkId(subject, group.id(), new HashSet<>()));
    attempt(() -> subject.check(isName(group.name()), "name", group.name(), "a name"));
    attempt(() -> checkSection(subject, group.section(), List.of("max_lv", "max_pv")));
    for (var each : group.section().sectionOrEmpty("physical_volumes").sections().entrySet()) {
      Subject physical = Subject.of("physical volume", each.getKey());
      attempt(() -> checkSection(physical, each.getValue(), List.of("dev_size")));
    }
    Set<String> ids = new HashSet<>();
    group
        .physicals()
        .forEach((name, physical) -> attempt(() -> checkPhysical(name, physical, ids)));
    group.logicals().forEach((name, section) -> attempt(() -> checkLogical(name, section, ids)));
    checkOverlaps();
    checkLoops();
  }

  /// What LVM does not do without: a status that it knows, and some numbers.
  private void checkSection(Subject subject, Section section, List<String> numbers)
      throws CorruptData {
    for (Object status : section.list("status")) {
      if (!STATUS.contains(status)) {
        findings.unknown("unknown status " + status + " of " + subject.kind() + " " + subject.id());
      }
    }
    for (String name : numbers) {
      long number = section.number(name);
      subject.check(number >= 0, name, number, "0 or more");
    }
  }

  private void checkPhysical(String name, Physical physical, Set<String> ids) throws CorruptData {
    Subject subject = Subject.of("physical volume", name);
    checkId(subject, physical.id(), ids);
    long end = physical.endBytes(group.extentBytes());
    subject.check(end <= physical.deviceBytes(), "end", end, physical.deviceBytes());
  }

  private void checkLogical(String name, Section section, Set<String> ids) throws CorruptData {
    Subject subject = Subject.of("logical volume", name);
    attempt(() -> checkId(subject, LvmGroup.plain(section.text("id")), ids));
    attempt(() -> subject.check(isName(name), "name", name, "a name"));
    attempt(() -> checkSection(subject, section, List.of()));
    attempt(() -> checkOrigin(section));
    long count = section.sections().size();
    attempt(() -> subject.checkEqual(section.number("segment_count"), count, "segments"));
    for (Section segment : section.sections().values()) {
      attempt(() -> checkReferences(subject, name, segment));
    }
    for (LvmSegment segment : LvmSegment.all(name, section)) {
      if (!LvmExtents.KNOWN.contains(segment.type())) {
        findings.unknown("unknown type of segment " + segment.type() + " in " + name);
      }
      for (Leg leg : segment.legs()) {
        attempt(() -> checkLeg(subject, name, segment, leg));
      }
    }
  }

  /// LVM has both or none.
  private static void checkOrigin(Section section) throws CorruptData {
    if (section.values().containsKey("creation_host")
        || section.values().containsKey("creation_time")) {
      section.text("creation_host");
      section.number("creation_time");
    }
  }

  private void checkReferences(Subject subject, String name, Section segment) throws CorruptData {
    for (String reference : REFERENCES) {
      if (segment.values().get(reference) instanceof String other) {
        subject.check(group.logicals().containsKey(other), reference, other, "a logical volume");
        below.computeIfAbsent(name, key -> new HashSet<>()).add(other);
      }
    }
  }

  private void checkLeg(Subject subject, String name, LvmSegment segment, Leg leg)
      throws CorruptData {
    if (!leg.superblock().isEmpty()) {
      boolean there = group.logicals().containsKey(leg.superblock());
      subject.check(there, "raid metadata", leg.superblock(), "a logical volume");
    }
    Physical physical = group.physicals().get(leg.volume());
    Section logical = group.logicals().getOrDefault(leg.volume(), NONE);
    subject.check(
        physical != null || group.logicals().containsKey(leg.volume()),
        "leg",
        leg.volume(),
        "a volume");
    long have = physical != null ? physical.extents() : LvmSegment.extents(logical);
    boolean within = segment.legExtents() <= have && leg.extent() <= have - segment.legExtents();
    String extents = leg.extent() + "+" + segment.legExtents();
    subject.check(within, "extents of " + leg.volume(), extents, "within " + have);
    if (physical != null) {
      uses.add(new Use(leg.volume(), leg.extent(), leg.extent() + segment.legExtents(), name));
    } else {
      below.computeIfAbsent(name, key -> new HashSet<>()).add(leg.volume());
    }
  }

  private void checkOverlaps() {
    uses.sort(Comparator.comparing(Use::physical).thenComparingLong(Use::first));
    for (int index = 1; index < uses.size(); index++) {
      Use before = uses.get(index - 1);
      Use use = uses.get(index);
      boolean apart = !before.physical().equals(use.physical()) || before.end() <= use.first();
      String expect = before.end() + " or behind, after " + before.logical();
      attempt(() ->
          Subject.of("logical volume", use.logical())
              .check(apart, "extent of " + use.physical(), use.first(), expect));
    }
  }

  /// Takes away whatever rests on nothing but what was taken away before: what stays is in a loop,
  /// rests on one, or on more levels than there ever are.
  private void checkLoops() {
    Map<String, Set<String>> rest = new HashMap<>(below);
    boolean fewer = true;
    for (int level = 0; level < LEVELS_MAX && fewer; level++) {
      Set<String> before = Set.copyOf(rest.keySet());
      fewer = rest.values().removeIf(others -> others.stream().noneMatch(before::contains));
    }
    for (String name : rest.keySet().stream().sorted().toList()) {
      findings.problem(
          Subject.of("logical volume", name).corrupt("made of", "itself", "other volumes"));
    }
  }

  private static void checkId(Subject subject, String id, Set<String> ids) throws CorruptData {
    subject.check(ID.matcher(id).matches(), "id", id, "32 letters and digits");
    subject.check(ids.add(id), "id", id, "another one for each");
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private void attempt(Check check) {
    try {
      check.run();
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }
}
