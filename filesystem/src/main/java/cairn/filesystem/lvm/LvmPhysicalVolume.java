package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Complement;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A physical volume of LVM2. Free are the extents that no logical volume of its group uses; what
/// logical volumes hold is not looked at, see [VolumeGroups].
public final class LvmPhysicalVolume implements Format, Checkable {
  private final BlockReader volume;
  private final LvmLabel label;
  private final Optional<LvmGroup> newer;

  private LvmPhysicalVolume(BlockReader volume, LvmLabel label, Optional<LvmGroup> newer) {
    this.volume = volume;
    this.label = label;
    this.newer = newer;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return LvmLabel.recognises(head);
  }

  /// @throws CorruptData when the label is damaged
  public static LvmPhysicalVolume open(BlockReader volume) throws IOException, CorruptData {
    return new LvmPhysicalVolume(volume, LvmLabel.read(volume), Optional.empty());
  }

  @Override
  public Identity identity() {
    return new Identity(
        "LVM2_member",
        Optional.of(LvmGroup.hyphenated(label.id())),
        Optional.empty(),
        label.deviceBytes());
  }

  /// LVM writes its metadata through.
  @Override
  public Freshness freshness() {
    return Freshness.CURRENT;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused {
    LvmExtents extents = extents();
    Subject.of("metadata", "lvm2").checkEqual(extents.offset(), label.dataOffset(), "first extent");
    Complement complement = new Complement(0, visitor);
    int free = extents.used().nextClearBit(0);
    while (free < extents.count()) {
      int used = extents.used().nextSetBit(free);
      int end = used < 0 ? extents.count() : Math.min(used, extents.count());
      complement.free(
          extents.offset() + free * extents.extentBytes(), (end - free) * extents.extentBytes());
      free = extents.used().nextClearBit(end);
    }
    complement.usedUntil(volume.size());
    for (LvmLabel.Range area : label.metadata()) {
      visitor.used(area.offset(), area.size());
    }
  }

  BlockReader volume() {
    return volume;
  }

  /// Without hyphens.
  String id() {
    return label.id();
  }

  /// The same, compared with metadata of its group that another physical volume holds.
  LvmPhysicalVolume outdatedBy(LvmGroup group) {
    return new LvmPhysicalVolume(volume, label, Optional.of(group));
  }

  /// The group as each of its metadata areas has it, apart from those that are damaged.
  List<LvmGroup> groups() {
    List<LvmGroup> groups = new ArrayList<>();
    for (LvmLabel.Range area : label.metadata()) {
      try {
        Optional<String> text = LvmMetadata.read(volume, area).text();
        if (text.isPresent()) {
          groups.add(LvmGroup.parse(text.get()));
        }
      } catch (CorruptData | IOException e) {
        // the check tells
      }
    }
    return groups;
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    new LvmCheck(volume, label, findings).run(newer);
  }

  /// What lies where on it.
  ///
  /// @throws LvmRefused when that cannot be changed
  public LvmLayout layout() throws IOException, CorruptData, LvmRefused {
    if (newer.isPresent()) {
      throw new LvmRefused("its metadata is out of date");
    }
    return LvmLayout.of(volume, label);
  }

  private LvmExtents extents() throws IOException, CorruptData, MapRefused {
    List<LvmMetadata> copies = new ArrayList<>();
    for (LvmLabel.Range area : label.metadata()) {
      LvmMetadata copy = LvmMetadata.read(volume, area);
      if (copy.changing()) {
        throw new MapRefused("its metadata is being changed");
      }
      if (copy.text().isPresent()) {
        copies.add(copy);
      }
    }
    if (copies.isEmpty()) {
      throw new MapRefused("it holds no metadata of a volume group");
    }
    Optional<String> text = copies.getFirst().text();
    boolean same = copies.stream().allMatch(copy -> copy.text().equals(text));
    Subject.of("metadata", "lvm2").check(same, "copies", "different", "the same");
    return LvmExtents.of(LvmGroup.section(text.orElseThrow()), label.id(), volume.size());
  }
}
