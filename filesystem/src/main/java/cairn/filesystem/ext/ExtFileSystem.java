package cairn.filesystem.ext;

import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_KNOWN;
import static cairn.filesystem.ext.ExtFeatures.INCOMPAT_RECOVER;
import static cairn.filesystem.ext.ExtFeatures.RO_COMPAT_KNOWN;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;

/// An ext2, ext3 or ext4.
///
/// The block bitmaps say what is in use, journal included. The kernel sets RECOVER for as long as
/// the journal may have to be replayed, and takes it back when it freezes or unmounts.
public final class ExtFileSystem implements Format {
  /// So that what is kept for each group stays small.
  private static final long GROUPS_MAX = 1 << 20;

  private final BlockReader volume;
  private final ExtSuperblock superblock;

  private ExtFileSystem(BlockReader volume, ExtSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return ExtSuperblock.recognises(head);
  }

  /// @throws CorruptData when the superblock is damaged
  public static ExtFileSystem open(BlockReader volume) throws IOException, CorruptData {
    return new ExtFileSystem(volume, ExtSuperblock.read(volume));
  }

  @Override
  public Identity identity() {
    long bytes = superblock.isJournal() ? volume.size() : superblock.bytes();
    return new Identity(superblock.type(), superblock.uuid(), superblock.label(), bytes);
  }

  /// Without a journal the map is current once the file system was unmounted.
  @Override
  public Freshness freshness() {
    if (superblock.incompat(INCOMPAT_RECOVER)) {
      return Freshness.STALE;
    }
    boolean settled = superblock.hasJournal() || superblock.isCleanlyUnmounted();
    return settled ? Freshness.CURRENT : Freshness.UNCERTAIN;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused {
    checkTrust();
    ExtMetadata metadata = new ExtMetadata();
    ExtGroups groups = new ExtGroups(volume, superblock);
    long tableBlocks = superblock.inodeTableBlocks();
    groups.visit(piece -> piece.forEach(group -> metadata.add(group, tableBlocks)));
    metadata.close();

    Merging merging = new Merging(visitor);
    merging.used(0, ExtSuperblock.OFFSET + ExtSuperblock.BYTES);
    groups.visit(new ExtAllocation(volume, superblock, metadata, merging)::visit);
    if (superblock.bytes() < volume.size()) {
      merging.used(superblock.bytes(), volume.size() - superblock.bytes());
    }
    merging.flush();
  }

  private void checkTrust() throws CorruptData, MapRefused {
    MapRefused.unknownFeatures("incompat", superblock.incompat() & 0xFFFF_FFFFL, INCOMPAT_KNOWN);
    MapRefused.unknownFeatures(
        "ro_compat", superblock.readOnlyCompat() & 0xFFFF_FFFFL, RO_COMPAT_KNOWN);
    if (superblock.isJournal()) {
      throw new MapRefused("it is the journal of another file system");
    }
    if (superblock.hasErrors()) {
      throw new MapRefused("the kernel has recorded errors in it: run e2fsck");
    }
    Subject.of("superblock", "ext")
        .check(superblock.bytes() <= volume.size(), "size", superblock.bytes(), volume.size());
    if (superblock.groups() > GROUPS_MAX) {
      throw new MapRefused("it has " + superblock.groups() + " groups, too many to keep in memory");
    }
  }
}
