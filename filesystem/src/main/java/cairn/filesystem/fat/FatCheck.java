package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.BlockSet;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;

/// Checks a FAT: the boot sector and its copy, all FATs against each other, every entry, all
/// directories and chains, and whether a chain belongs to nobody.
final class FatCheck {
  /// Three bytes hold two entries of FAT12.
  private static final int PIECE_BYTES = 3 << 18;

  private final FatVolume fat;
  private final FatBootSector boot;
  private final Findings findings;
  private final BlockSet allocated;
  private long free;

  @FunctionalInterface
  private interface Check {
    void run() throws IOException, CorruptData;
  }

  FatCheck(FatVolume fat, Findings findings) {
    this.fat = fat;
    this.boot = fat.boot();
    this.findings = findings;
    this.allocated = new BlockSet(boot.clusters() + FatBootSector.FIRST_CLUSTER);
  }

  void run() throws IOException {
    if (boot.version() != 0) {
      findings.unknown("unknown version " + boot.version());
      return;
    }
    Subject subject = Subject.of("boot sector", "fat").at("0");
    long bytes = fat.volume().size();
    if (boot.bytes() > bytes) {
      findings.problem(subject.corrupt("size", "" + boot.bytes(), "at most " + bytes));
      return;
    }
    attempt(() -> checkBoot(subject));
    attempt(this::checkBackup);
    checkTables();
    FatClaims claims = new FatClaims(fat, findings);
    new FatTreeCheck(fat, claims, findings).run();
    checkLost(claims.claimed());
    attempt(this::checkInfo);
  }

  private void checkBoot(Subject subject) throws CorruptData {
    if (boot.isDirty()) {
      findings.unknown("it was not unmounted, its last changes may be missing");
    }
    subject.check(!boot.hasErrors(), "state", "errors", "none");
    subject.check(boot.activeFat() < boot.fats(), "active FAT", boot.activeFat(), boot.fats());
    if (boot.isFat32()) {
      subject.checkEqual(boot.rootBytes(), 0, "entries of the root directory");
    } else {
      subject.check(boot.rootBytes() > 0, "entries of the root directory", 0, "1 or more");
    }
  }

  private void checkBackup() throws IOException, CorruptData {
    long offset = boot.backupOffset();
    if (offset == 0) {
      return;
    }
    Subject subject = Subject.of("boot sector", "copy").at(Long.toString(offset));
    byte[] copy = Area.read(fat.volume(), offset, FatBootSector.BYTES, subject);
    byte[] original = boot.fields().raw(0, FatBootSector.BYTES);
    copy[boot.stateAt()] = original[boot.stateAt()];
    int mismatch = Arrays.mismatch(copy, original);
    subject.check(mismatch < 0, "copy", "another byte at " + mismatch, "the same");
  }

  private void checkTables() throws IOException {
    int bits = boot.entryBits();
    long entries = boot.clusters() + FatBootSector.FIRST_CLUSTER;
    long entriesOfPiece = PIECE_BYTES * 8L / bits;
    for (long first = 0; first < entries; first += entriesOfPiece) {
      int count = (int) Math.min(entriesOfPiece, entries - first);
      long from = first * bits / 8;
      int length = (int) Math.ceilDiv((long) count * bits, 8);
      long start = first;
      attempt(() -> checkPiece(start, count, from, length));
    }
  }

  private void checkPiece(long first, int count, long from, int length)
      throws IOException, CorruptData {
    int active = Math.min(boot.activeFat(), boot.fats() - 1);
    byte[] piece = read(active, from, length);
    for (int copy = 0; boot.hasMirroredFats() && copy < boot.fats(); copy++) {
      byte[] other = copy == active ? piece : read(copy, from, length);
      int mismatch = mismatch(piece, other, first, count);
      Subject subject = Subject.of("FAT", Integer.toString(copy)).at(Long.toString(from));
      String have = "another byte at " + (from + mismatch);
      attempt(() -> subject.check(mismatch < 0, "copy", have, "the same"));
    }
    Fields fields = Fields.littleEndian(piece);
    int bits = boot.entryBits();
    for (int index = 0; index < count; index++) {
      checkEntry(first + index, FatTable.entry(fields, index, bits));
    }
    findings.progress((long) length * boot.fats());
  }

  /// Half a byte behind the last entry of a FAT12 means nothing.
  private int mismatch(byte[] piece, byte[] other, long first, int count) {
    int mismatch = Arrays.mismatch(piece, other);
    boolean half = boot.entryBits() == 12 && (first + count) % 2 != 0;
    if (half && mismatch == piece.length - 1) {
      return ((piece[mismatch] ^ other[mismatch]) & 0xF) == 0 ? -1 : mismatch;
    }
    return mismatch;
  }

  private byte[] read(int copy, long from, int length) throws IOException, CorruptData {
    Subject subject = Subject.of("FAT", Integer.toString(copy)).at(Long.toString(from));
    return Area.read(fat.volume(), boot.fatOffset(copy) + from, length, subject);
  }

  private void checkEntry(long cluster, long entry) throws IOException {
    FatTable table = fat.table();
    if (cluster >= FatBootSector.FIRST_CLUSTER) {
      free += entry == 0 ? 1 : 0;
      if (entry != 0 && !table.isBad(entry)) {
        allocated.add(cluster, cluster + 1);
        if (!table.isLink(entry) && !table.isEnd(entry)) {
          findings.problem(table.subject(cluster).corrupt("link", "" + entry, "a cluster"));
        }
      }
    } else if (cluster == 0) {
      attempt(() -> table.subject(0).checkEqual(entry & 0xFF, boot.media(), "media"));
    } else if (boot.entryBits() > 12) {
      long noErrors = boot.entryBits() == 16 ? 0x4000 : 0x0400_0000;
      attempt(() -> table.subject(1).check((entry & noErrors) != 0, "state", "errors", "none"));
    }
  }

  /// Chains that no file and no directory has, told as ranges.
  private void checkLost(BlockSet reached) {
    long end = allocated.size();
    long at = allocated.nextIn(0);
    while (at < end) {
      boolean owned = reached.contains(at);
      long next = Math.min(allocated.nextOut(at), owned ? reached.nextOut(at) : reached.nextIn(at));
      if (!owned) {
        findings.problem(
            fat.table().subject(at).corrupt("clusters of no file", "" + (next - at), "0"));
      }
      at = allocated.nextIn(next);
    }
  }

  private void checkInfo() throws IOException, CorruptData {
    long offset = boot.infoOffset();
    if (offset != 0) {
      Subject subject = Subject.of("sector of hints", "fat").at(Long.toString(offset));
      byte[] bytes = Area.read(fat.volume(), offset, FatInfo.BYTES, subject);
      FatInfo info = new FatInfo(Fields.littleEndian(bytes));
      info.check(subject);
      info.checkFree(free, subject);
    }
  }

  private void attempt(Check check) throws IOException {
    try {
      check.run();
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }
}
