package cairn.filesystem.fat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.util.Arrays;

/// A FAT12, FAT16 or FAT32.
///
/// A cluster is in use when its entry in the FAT is not zero. There are no checksums: that all FATs
/// are the same, and that no entry names a cluster that there is not, has to do.
public final class FatFileSystem implements Format, Checkable, Filed {

  /// Where the copy of the boot sector lies as a rule.
  private static final int COPY_AT = 6 * 512;

  /// Three bytes hold two entries of FAT12, so that a piece holds whole entries of any kind.
  private static final int PIECE_BYTES = 3 << 18;

  private final BlockReader volume;
  private final FatBootSector boot;

  private FatFileSystem(BlockReader volume, FatBootSector boot) {
    this.volume = volume;
    this.boot = boot;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return FatBootSector.recognises(head);
  }

  /// Whether it is a FAT32 of which nothing but the copy of the boot sector tells. The remainder of
  /// one looks the same, so that this says nothing where there is any other sign.
  ///
  /// @param head the first bytes of the volume
  public static boolean recognisesCopy(Fields head) {
    if (head.size() < COPY_AT + FatBootSector.BYTES) {
      return false;
    }
    Fields copy = head.part(COPY_AT, FatBootSector.BYTES);
    return FatBootSector.recognises(copy) && new FatBootSector(copy).backupOffset() == COPY_AT;
  }

  /// @throws CorruptData when the boot sector is damaged
  public static FatFileSystem open(BlockReader volume) throws IOException, CorruptData {
    byte[] head = Area.read(volume, 0, FatBootSector.BYTES, Subject.of("boot sector", "fat"));
    return new FatFileSystem(volume, FatBootSector.read(Fields.littleEndian(head)));
  }

  @Override
  public Identity identity() {
    return new Identity("vfat", boot.uuid(), boot.label(), boot.bytes());
  }

  /// There is no freezing: a FAT that is mounted is dirty until it is unmounted.
  @Override
  public Freshness freshness() {
    return boot.isDirty() ? Freshness.UNCERTAIN : Freshness.CURRENT;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused {
    checkTrust();
    Merging merging = new Merging(visitor);
    merging.used(0, boot.dataOffset());
    long entries = boot.clusters() + FatBootSector.FIRST_CLUSTER;
    long entriesOfPiece = PIECE_BYTES * 8L / boot.entryBits();
    for (long first = 0; first < entries; first += entriesOfPiece) {
      int count = (int) Math.min(entriesOfPiece, entries - first);
      visitPiece(piece(first, count), first, count, merging);
    }
    long end = boot.dataOffset() + boot.clusters() * boot.clusterBytes();
    if (end < volume.size()) {
      merging.used(end, volume.size() - end);
    }
    merging.flush();
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    new FatCheck(fat(), findings).run();
  }

  @Override
  public FileNode root() throws CorruptData, Unreadable {
    if (boot.version() != 0) {
      throw new Unreadable("unknown version " + boot.version());
    }
    return FatNode.root(fat());
  }

  private FatVolume fat() {
    return new FatVolume(volume, boot, new FatTable(volume, boot));
  }

  private void checkTrust() throws CorruptData, MapRefused {
    Subject.of("boot sector", "fat")
        .check(boot.bytes() <= volume.size(), "size", boot.bytes(), volume.size());
    if (!boot.hasMirroredFats()) {
      throw new MapRefused("only one of its FATs is in use");
    }
    if (boot.version() != 0) {
      throw new MapRefused("unknown version " + boot.version());
    }
  }

  private Fields piece(long first, int count) throws IOException, CorruptData {
    long from = first * boot.entryBits() / 8;
    int length = (int) Math.ceilDiv((long) count * boot.entryBits(), 8);
    Subject subject = Subject.of("FAT", "0").at(Long.toString(from));
    byte[] piece = Area.read(volume, boot.fatOffset(0) + from, length, subject);
    for (int copy = 1; copy < boot.fats(); copy++) {
      Subject other = Subject.of("FAT", Integer.toString(copy)).at(Long.toString(from));
      byte[] same = Area.read(volume, boot.fatOffset(copy) + from, length, other);
      int mismatch = Arrays.mismatch(piece, same);
      other.check(mismatch < 0, "copy", "another byte at " + (from + mismatch), "the same");
    }
    return Fields.littleEndian(piece);
  }

  private void visitPiece(Fields piece, long first, int count, Merging merging)
      throws CorruptData, MapRefused {
    long clusterBytes = boot.clusterBytes();
    for (int index = 0; index < count; index++) {
      long cluster = first + index;
      long entry = FatTable.entry(piece, index, boot.entryBits());
      if (cluster < FatBootSector.FIRST_CLUSTER) {
        checkReserved((int) cluster, entry);
      } else if (entry != 0) {
        checkLink(cluster, entry);
        merging.used(boot.offset(cluster), clusterBytes);
      }
    }
  }

  /// The first entry repeats the media, the second one has a bit that is cleared after errors.
  private void checkReserved(int cluster, long entry) throws CorruptData, MapRefused {
    if (cluster == 0) {
      Subject.of("FAT", "0").checkEqual(entry & 0xFF, boot.media(), "media");
    } else if (boot.entryBits() > 12) {
      long noErrors = boot.entryBits() == 16 ? 0x4000 : 0x0400_0000;
      if ((entry & noErrors) == 0) {
        throw new MapRefused("errors were recorded in it: run fsck.fat");
      }
    }
  }

  /// Values above all clusters mark bad clusters and ends of chains; 0 marks free ones.
  private void checkLink(long cluster, long entry) throws CorruptData {
    long marks = (1L << Math.min(28, boot.entryBits())) - 16;
    long last = boot.clusters() + FatBootSector.FIRST_CLUSTER - 1;
    boolean good = entry >= marks || (entry >= FatBootSector.FIRST_CLUSTER && entry <= last);
    Subject.of("FAT", "0")
        .at(Long.toString(cluster))
        .check(good, "link", entry, FatBootSector.FIRST_CLUSTER + ".." + last);
  }
}
