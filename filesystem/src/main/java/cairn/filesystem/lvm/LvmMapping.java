package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Area;
import cairn.filesystem.lvm.LvmGroup.Physical;
import cairn.filesystem.lvm.LvmReader.Piece;
import cairn.filesystem.lvm.LvmSegment.Leg;
import cairn.filesystem.lvm.LvmText.Section;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Puts logical volumes together from the extents of physical ones.
final class LvmMapping {
  private static final int DEPTH_MAX = 8;

  private final LvmGroup group;
  private final Map<String, List<BlockReader>> physicals;
  private final Map<String, BlockReader> made = new HashMap<>();

  /// @param physicals by their ids without hyphens; some may be missing, or there several times
  LvmMapping(LvmGroup group, Map<String, List<BlockReader>> physicals) {
    this.group = group;
    this.physicals = Map.copyOf(physicals);
  }

  /// @throws Unreadable when something that it needs is missing or not understood
  BlockReader volume(String name) throws CorruptData, Unreadable {
    return volume(name, 0);
  }

  private BlockReader volume(String name, int depth) throws CorruptData, Unreadable {
    Subject subject = Subject.of("logical volume", name);
    subject.check(depth < DEPTH_MAX, "levels", "a loop", "at most " + DEPTH_MAX);
    BlockReader known = made.get(name);
    if (known != null) {
      return known;
    }
    Section section = group.logicals().get(name);
    if (section == null) {
      throw subject.corrupt("name", "none", "in the metadata");
    }
    List<Piece> pieces = new ArrayList<>();
    for (LvmSegment segment : LvmSegment.all(name, section)) {
      long most = group.extentsMax() - segment.extents();
      subject.check(segment.start() <= most, "start", segment.start(), most);
      pieces.add(piece(segment, subject, depth));
    }
    BlockReader reader = new LvmReader(pieces);
    made.put(name, reader);
    return reader;
  }

  private Piece piece(LvmSegment segment, Subject subject, int depth)
      throws CorruptData, Unreadable {
    long start = segment.start() * group.extentBytes();
    long length = segment.extents() * group.extentBytes();
    if (segment.legs().isEmpty()) {
      throw new Unreadable("volumes of type " + segment.type() + " are not understood");
    }
    if (segment.isMirrored()) {
      return new Piece(start, length, length, List.of(mirror(segment, subject, depth)));
    }
    List<BlockReader> legs = new ArrayList<>();
    for (Leg leg : segment.legs()) {
      legs.add(leg(segment, leg, subject, depth));
    }
    long stripe = legs.size() == 1 ? length : segment.stripeBytes();
    subject.check(
        length % (stripe * legs.size()) == 0, "stripe size", stripe, "a part of " + length);
    return new Piece(start, length, stripe, legs);
  }

  /// Of a `mirror` only the first leg is sure to be whole; what the kernel notes of its others is
  /// not looked at.
  private BlockReader mirror(LvmSegment segment, Subject subject, int depth)
      throws CorruptData, Unreadable {
    if (segment.type().equals("mirror")) {
      return leg(segment, segment.legs().getFirst(), subject, depth);
    }
    SortedMap<Integer, BlockReader> present = new TreeMap<>();
    Map<Integer, RaidSuperblock> notes = new HashMap<>();
    String why = "";
    for (int index = 0; index < segment.legs().size(); index++) {
      Leg leg = segment.legs().get(index);
      try {
        BlockReader metadata = volume(leg.superblock(), depth + 1);
        Optional<RaidSuperblock> superblock = RaidSuperblock.read(metadata);
        present.put(index, leg(segment, leg, subject, depth));
        if (superblock.isPresent()) {
          notes.put(index, superblock.get());
        }
      } catch (Unreadable | IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    if (present.isEmpty()) {
      throw new Unreadable(why);
    }
    return whole(present, notes);
  }

  /// The first leg that is whole by what the kernel noted last. An array that never ran has no
  /// notes.
  private static BlockReader whole(
      SortedMap<Integer, BlockReader> present, Map<Integer, RaidSuperblock> notes)
      throws Unreadable {
    if (notes.isEmpty()) {
      return present.firstEntry().getValue();
    }
    long newest = notes.values().stream().mapToLong(RaidSuperblock::events).max().orElse(0);
    for (Map.Entry<Integer, BlockReader> each : present.entrySet()) {
      int index = each.getKey();
      RaidSuperblock note = notes.get(index);
      boolean good = note != null && note.events() == newest && note.whole() && note.leg() == index;
      if (good && notes.values().stream().noneMatch(other -> failed(other, newest, index))) {
        return each.getValue();
      }
    }
    throw new Unreadable("none of its legs that are here is whole");
  }

  private static boolean failed(RaidSuperblock note, long newest, int index) {
    return note.events() == newest && note.saysFailed(index);
  }

  private BlockReader leg(LvmSegment segment, Leg leg, Subject subject, int depth)
      throws CorruptData, Unreadable {
    Physical physical = group.physicals().get(leg.volume());
    BlockReader reader =
        physical == null ? volume(leg.volume(), depth + 1) : extents(leg.volume(), physical);
    long have = reader.size() / group.extentBytes();
    boolean within = segment.legExtents() <= have && leg.extent() <= have - segment.legExtents();
    String extents = leg.extent() + "+" + segment.legExtents();
    subject.check(within, "extents of " + leg.volume(), extents, "within " + have);
    return new Area(
        reader, leg.extent() * group.extentBytes(), segment.legExtents() * group.extentBytes());
  }

  private BlockReader extents(String name, Physical physical) throws CorruptData, Unreadable {
    String id = LvmGroup.hyphenated(physical.id());
    List<BlockReader> devices = physicals.getOrDefault(physical.id(), List.of());
    if (devices.size() != 1) {
      String count = devices.isEmpty() ? "not here" : "here " + devices.size() + " times";
      throw new Unreadable("it needs physical volume " + id + ", which is " + count);
    }
    if (physical.missing()) {
      throw new Unreadable("physical volume " + id + " was missing, its data may be old");
    }
    BlockReader device = devices.getFirst();
    long length = physical.extents() * group.extentBytes();
    boolean within = physical.startBytes() <= device.size() - length;
    Subject.of("physical volume", name)
        .check(within, "end", physical.startBytes() + length, device.size());
    return new Area(device, physical.startBytes(), length);
  }
}
