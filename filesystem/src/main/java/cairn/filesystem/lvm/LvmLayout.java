package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Patches;
import cairn.filesystem.layout.Patches.Patch;
import cairn.filesystem.lvm.LvmSegment.Leg;
import cairn.filesystem.lvm.LvmText.Section;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What lies where on a physical volume that a group lies on alone, and where it would lie if the
/// physical volume, and perhaps a logical volume on it, had another size.
///
/// The logical volume stays where it is, and extents behind it move along. The metadata is written
/// anew, so that it takes neither a kernel nor programs that know LVM.
public final class LvmLayout {
  private final BlockReader volume;
  private final LvmLabel label;
  private final Optional<LvmGroup> group;
  private final LvmExtents extents;

  /// Bytes of the physical volume that go to another place on it.
  public record Piece(long from, long bytes, long to) {}

  /// A logical volume that lies in one piece, in bytes of the physical volume.
  ///
  /// @param name without that of its group
  public record Whole(String name, long offset, long bytes) {}

  /// What a physical volume of another size is to look like.
  ///
  /// @param pieces all that is in use, apart from the logical volume that changes
  /// @param changed the logical volume as it was; empty when none changes
  /// @param changedBytes the size that it gets
  /// @param patches the metadata, where it lies then
  public record Relaid(
      List<Piece> pieces, Optional<Whole> changed, long changedBytes, List<Patch> patches) {
    public Relaid {
      pieces = List.copyOf(pieces);
      patches = List.copyOf(patches);
    }
  }

  private LvmLayout(
      BlockReader volume, LvmLabel label, Optional<LvmGroup> group, LvmExtents extents) {
    this.volume = volume;
    this.label = label;
    this.group = group;
    this.extents = extents;
  }

  /// @throws LvmRefused also when something is wrong with the metadata
  static LvmLayout of(BlockReader volume, LvmLabel label)
      throws IOException, CorruptData, LvmRefused {
    checkSound(volume, label);
    Optional<String> text = Optional.empty();
    for (LvmLabel.Range area : label.metadata()) {
      text = text.or(LvmMetadata.read(volume, area)::text);
    }
    if (text.isEmpty()) {
      return new LvmLayout(volume, label, Optional.empty(), LvmExtents.none(label.dataOffset()));
    }
    LvmGroup group = LvmGroup.parse(text.get());
    if (group.physicals().size() != 1) {
      throw new LvmRefused(
          "group " + group.name() + " lies on " + group.physicals().size() + " physical volumes");
    }
    if (group.physicals().values().iterator().next().missing()) {
      throw new LvmRefused("LVM saw group " + group.name() + " without it");
    }
    try {
      LvmExtents extents = LvmExtents.of(group.section(), label.id(), volume.size());
      return new LvmLayout(volume, label, Optional.of(group), extents);
    } catch (MapRefused e) {
      throw new LvmRefused("group " + group.name() + " has an " + e.why());
    }
  }

  private static void checkSound(BlockReader volume, LvmLabel label)
      throws IOException, LvmRefused {
    Strict strict = new Strict();
    new LvmCheck(volume, label, strict).run(Optional.empty());
    if (strict.first.isPresent()) {
      throw new LvmRefused(strict.first.get());
    }
  }

  /// Takes the first thing that is said for a reason.
  private static final class Strict implements Findings {
    private Optional<String> first = Optional.empty();

    @Override
    public void problem(Problem problem) {
      first = first.or(() -> Optional.of(problem.message()));
    }

    @Override
    public void unknown(String what) {
      first = first.or(() -> Optional.of(what));
    }

    @Override
    public void progress(long bytes) {}
  }

  /// The name of the group; empty when it belongs to none.
  public Optional<String> groupName() {
    return group.map(LvmGroup::name);
  }

  /// Those that a person sees and that lie in one piece, by their offsets.
  public List<Whole> wholes() throws CorruptData {
    List<Whole> wholes = new ArrayList<>();
    if (group.isPresent()) {
      for (Map.Entry<String, Section> each : group.get().logicals().entrySet()) {
        if (each.getValue().lists("status", "VISIBLE")) {
          whole(group.get(), each.getKey(), each.getValue()).ifPresent(wholes::add);
        }
      }
    }
    wholes.sort(Comparator.comparingLong(Whole::offset));
    return wholes;
  }

  private Optional<Whole> whole(LvmGroup group, String name, Section section) throws CorruptData {
    long first = -1;
    long next = -1;
    for (LvmSegment segment : LvmSegment.all(name, section)) {
      boolean plain = List.of("striped", "linear").contains(segment.type());
      if (!plain || segment.legs().size() != 1) {
        return Optional.empty();
      }
      Leg leg = segment.legs().getFirst();
      boolean here = group.physicals().containsKey(leg.volume());
      if (!here || (next >= 0 && leg.extent() != next)) {
        return Optional.empty();
      }
      first = first < 0 ? leg.extent() : first;
      next = leg.extent() + segment.extents();
    }
    long unit = extents.extentBytes();
    return isOrigin(group, name)
        ? Optional.empty()
        : Optional.of(new Whole(name, extents.offset() + first * unit, (next - first) * unit));
  }

  /// A snapshot has a table of what it keeps of its origin, which has a size of its own.
  private static boolean isOrigin(LvmGroup group, String name) {
    return group.logicals().values().stream()
        .flatMap(volume -> volume.sections().values().stream())
        .flatMap(segment ->
            List.of("origin", "cow_store", "merging_store").stream()
                .map(field -> segment.values().get(field)))
        .anyMatch(name::equals);
  }

  /// The size that a logical volume gets.
  public long changedBytes(long bytes, Whole changed) throws LvmRefused {
    return changed.bytes() + delta(count(bytes)) * extents.extentBytes();
  }

  /// How much of its free extents, and of a logical volume, goes or comes.
  private long delta(long count) {
    return count >= extents.count()
        ? count - extents.count()
        : Math.min(0, count - extents.used().length());
  }

  /// @param bytes the size that the physical volume gets
  /// @param changed what takes up the difference, as far as free extents do not; empty for nothing
  /// @throws LvmRefused when there is no room for what is in use
  public Relaid relaid(long bytes, Optional<Whole> changed)
      throws IOException, CorruptData, LvmRefused {
    long count = count(bytes);
    long delta = changed.isPresent() ? delta(count) : 0;
    long used = extents.used().length();
    if (used + delta > count) {
      throw new LvmRefused(
          "its logical volumes reach to extent " + used + " of the " + count + " it would have");
    }
    long unit = extents.extentBytes();
    long from = changed.map(each -> each.offset() + each.bytes()).orElse(0L);
    List<Piece> pieces = new ArrayList<>();
    long end = extents.offset() + used * unit;
    if (changed.isPresent()) {
      pieces.add(new Piece(0, changed.get().offset(), 0));
      pieces.add(new Piece(from, end - from, from + delta * unit));
    } else {
      pieces.add(new Piece(0, end, 0));
    }
    long after = changed.map(Whole::bytes).orElse(0L) + delta * unit;
    if (changed.isPresent() && after <= 0) {
      throw new LvmRefused("nothing would be left of " + changed.get().name());
    }
    List<Patch> patches = patches(bytes, count, changed, delta);
    Patches made = new Patches(volume, bytes, patches);
    checkSound(made, LvmLabel.read(made));
    return new Relaid(pieces, changed, after, patches);
  }

  private List<Patch> patches(long bytes, long count, Optional<Whole> changed, long delta)
      throws IOException, CorruptData, LvmRefused {
    LvmGroupEdit.Change change =
        new LvmGroupEdit.Change(bytes, count, changed, changed.map(this::end).orElse(0L), delta);
    Optional<String> text = group.map(each -> LvmGroupEdit.edited(each, change));
    List<Patch> patches = new ArrayList<>();
    patches.add(LvmLabel.patch(volume, bytes, range -> moved(range, bytes)));
    for (LvmLabel.Range area : label.metadata()) {
      patches.add(LvmMetadata.patch(volume, area, moved(area, bytes), text));
    }
    return patches;
  }

  private long end(Whole whole) {
    return (whole.offset() + whole.bytes() - extents.offset()) / extents.extentBytes();
  }

  /// How many extents there are before the metadata behind them, if there is any.
  private long count(long bytes) throws LvmRefused {
    long end = bytes;
    for (LvmLabel.Range area : label.metadata()) {
      if (isBehind(area)) {
        end = Math.min(end, moved(area, bytes).offset());
      }
    }
    if (end < extents.offset()) {
      throw new LvmRefused("it would have less than the " + extents.offset() + " before its data");
    }
    return group.isEmpty() ? 0 : (end - extents.offset()) / extents.extentBytes();
  }

  private boolean isBehind(LvmLabel.Range area) {
    return area.offset() > label.dataOffset();
  }

  private LvmLabel.Range moved(LvmLabel.Range area, long bytes) {
    return isBehind(area)
        ? new LvmLabel.Range(area.offset() + bytes - label.deviceBytes(), area.size())
        : area;
  }
}
