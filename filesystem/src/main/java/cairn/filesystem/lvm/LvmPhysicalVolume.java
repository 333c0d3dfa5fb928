package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.lvm.LvmText.Section;
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
/// logical volumes hold is not looked at.
public final class LvmPhysicalVolume implements Format {
  private final BlockReader volume;
  private final LvmLabel label;

  private LvmPhysicalVolume(BlockReader volume, LvmLabel label) {
    this.volume = volume;
    this.label = label;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return LvmLabel.recognises(head);
  }

  /// @throws CorruptData when the label is damaged
  public static LvmPhysicalVolume open(BlockReader volume) throws IOException, CorruptData {
    return new LvmPhysicalVolume(volume, LvmLabel.read(volume));
  }

  @Override
  public Identity identity() {
    return new Identity(
        "LVM2_member", Optional.of(hyphenated(label.id())), Optional.empty(), label.deviceBytes());
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

  private LvmExtents extents() throws IOException, CorruptData, MapRefused {
    List<String> texts = new ArrayList<>();
    for (LvmLabel.Range area : label.metadata()) {
      LvmMetadata.read(volume, area).ifPresent(texts::add);
    }
    if (texts.isEmpty()) {
      throw new MapRefused("it holds no metadata of a volume group");
    }
    Subject subject = Subject.of("metadata", "lvm2");
    boolean same = texts.stream().allMatch(texts.getFirst()::equals);
    subject.check(same, "copies", "different", "the same");
    Section root = LvmText.parse(texts.getFirst());
    List<Section> groups = new ArrayList<>();
    root.values()
        .values()
        .forEach(value -> {
          if (value instanceof Section section) {
            groups.add(section);
          }
        });
    subject.checkEqual(groups.size(), 1, "volume groups");
    return LvmExtents.of(groups.getFirst(), label.id(), volume.size());
  }

  /// As LVM prints it: 6-4-4-4-4-4-6.
  private static String hyphenated(String id) {
    return id.replaceFirst("^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$", "$1-$2-$3-$4-$5-$6-$7");
  }
}
