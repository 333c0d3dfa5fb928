package cairn.filesystem.ext;

import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_KNOWN;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_RECOVER;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_KNOWN;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.ext.check.ExtCheck;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtGroups;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.ext.file.ExtFiles;
import cairn.filesystem.ext.journal.Journal;
import cairn.filesystem.ext.journal.Replay;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.util.Optional;

/// An ext2, ext3 or ext4.
///
/// The block bitmaps say what is in use, journal included. The kernel sets RECOVER for as long as
/// the journal may have to be replayed, and takes it back when it freezes or unmounts.
public final class ExtFileSystem implements Format, Checkable, Filed {
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
    groups.visit(piece -> {
      for (ExtGroup group : piece) {
        group.check();
        metadata.add(group, tableBlocks);
      }
    });
    metadata.close();

    Merging merging = new Merging(visitor);
    merging.used(0, ExtSuperblock.OFFSET + ExtSuperblock.BYTES);
    groups.visit(new ExtAllocation(volume, superblock, metadata, merging)::visit);
    if (superblock.bytes() < volume.size()) {
      merging.used(superblock.bytes(), volume.size() - superblock.bytes());
    }
    merging.flush();
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    boolean dirty = superblock.incompat(INCOMPAT_RECOVER);
    try {
      if (isCheckable(findings)) {
        // A replay brings another superblock, which may say other things.
        ExtFileSystem now = dirty ? open(replayed(findings)) : this;
        if (now == this || now.isCheckable(findings)) {
          boolean stale = dirty || freshness() != Freshness.CURRENT;
          new ExtCheck(now.volume, now.superblock, stale, findings).run();
        }
      }
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }

  private boolean isCheckable(Findings findings) {
    Optional<String> why = obstacle();
    why.ifPresent(findings::unknown);
    boolean fits = superblock.bytes() <= volume.size();
    if (why.isEmpty() && !fits) {
      String expect = "0.." + volume.size();
      findings.problem(subject().corrupt("size", Long.toString(superblock.bytes()), expect));
    }
    return why.isEmpty() && fits;
  }

  private BlockReader replayed(Findings findings) throws IOException, CorruptData {
    Optional<Replay> replay = replay(new Blocks(volume, superblock, bytes -> {}));
    if (replay.isEmpty()) {
      findings.unknown("its journal, which must be replayed first, is not on this volume");
      return volume;
    }
    replay.get().problems().forEach(findings::problem);
    if (replay.get().hasFastCommits()) {
      findings.unknown("its newest changes are fast commits, which are not replayed");
    }
    return replay.get().volume();
  }

  private Optional<Replay> replay(Blocks blocks) throws IOException, CorruptData {
    long number = superblock.journalInode();
    if (number == 0 || !superblock.hasJournal()) {
      return Optional.empty();
    }
    Journal journal = Journal.open(blocks, InodeTable.read(blocks).inode(number));
    return Optional.of(journal.replay());
  }

  /// With what a replay of the journal brings, as a mount would; damage in the log ends it.
  @Override
  public FileNode root() throws IOException, CorruptData, Unreadable {
    checkReadable();
    if (!superblock.incompat(INCOMPAT_RECOVER)) {
      return files();
    }
    BlockReader settled =
        replay(new Blocks(volume, superblock, bytes -> {}))
            .orElseThrow(() -> new Unreadable("its journal is not on this volume"))
            .volume();
    ExtFileSystem now = open(settled);
    now.checkReadable();
    return now.files();
  }

  private void checkReadable() throws Unreadable {
    Optional<String> why = obstacle();
    if (why.isPresent()) {
      throw new Unreadable(why.get());
    }
  }

  private FileNode files() throws IOException, CorruptData {
    return new ExtFiles(new Blocks(volume, superblock, bytes -> {})).root();
  }

  /// Why nothing can be said about what it holds.
  private Optional<String> obstacle() {
    if (superblock.isJournal()) {
      return Optional.of("it is the journal of another file system");
    }
    long incompat = superblock.incompat() & ~(long) INCOMPAT_KNOWN & 0xFFFF_FFFFL;
    if (incompat != 0) {
      return Optional.of("unknown incompat feature 0x" + Long.toHexString(incompat));
    }
    long readOnly = superblock.readOnlyCompat() & ~(long) RO_COMPAT_KNOWN & 0xFFFF_FFFFL;
    if (readOnly != 0) {
      return Optional.of("unknown ro_compat feature 0x" + Long.toHexString(readOnly));
    }
    if (superblock.groups() > GROUPS_MAX) {
      return Optional.of("it has " + superblock.groups() + " groups, too many to keep in memory");
    }
    return Optional.empty();
  }

  private static Subject subject() {
    return Subject.of("superblock", "ext");
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
    subject().check(superblock.bytes() <= volume.size(), "size", superblock.bytes(), volume.size());
    if (superblock.groups() > GROUPS_MAX) {
      throw new MapRefused("it has " + superblock.groups() + " groups, too many to keep in memory");
    }
  }
}
