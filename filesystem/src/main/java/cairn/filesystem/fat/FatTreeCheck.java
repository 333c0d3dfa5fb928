package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.fat.FatDirectoryCheck.Place;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Goes through all directories. What is in the midst of being looked at lies on a stack, with
/// nothing but a place in each directory, so that memory is for the depth of the tree alone.
final class FatTreeCheck {
  /// What Linux can give a path to, by names of one letter.
  private static final int DEPTH_MAX = 2048;

  private static final int PATH_MAX = 4096;

  /// What a directory can have.
  private static final long BYTES_MAX = 2 << 20;

  private final FatVolume fat;
  private final FatBootSector boot;
  private final Findings findings;
  private final FatClaims claims;
  private final Deque<Level> levels = new ArrayDeque<>();

  /// A directory, and how far its subdirectories were looked at.
  private static final class Level {
    private final Place place;
    private final FatSlots slots = new FatSlots((field, have, expect) -> {});
    private long cluster;
    private long clusters;
    private int at;

    /// @param clusters how many of its chain are its own
    Level(Place place, long clusters) {
      this.place = place;
      this.cluster = place.first();
      this.clusters = clusters;
    }
  }

  FatTreeCheck(FatVolume fat, FatClaims claims, Findings findings) {
    this.fat = fat;
    this.boot = fat.boot();
    this.claims = claims;
    this.findings = findings;
  }

  void run() throws IOException {
    attempt(() -> enter(new Place("/", boot.rootCluster(), 0, true), Subject.of("directory", "/")));
    while (!levels.isEmpty()) {
      Level level = levels.element();
      if (level.clusters == 0) {
        levels.pop();
      } else {
        goOn(level);
      }
    }
  }

  /// Checks a directory, and remembers to descend from it. The root directory of FAT12 and FAT16
  /// has no clusters and is one piece.
  private void enter(Place place, Subject subject) throws IOException, CorruptData {
    boolean fixed = place.isRoot() && !boot.isFat32();
    long clusters = fixed ? 1 : claims.claim(place.first(), subject).clusters();
    long bytes = fixed ? 0 : clusters * boot.clusterBytes();
    FatDirectoryCheck check = new FatDirectoryCheck(fat, claims, findings, place);
    FatSlots slots =
        new FatSlots(
            (field, have, expect) -> findings.problem(subject.corrupt(field, have, expect)));
    long cluster = place.first();
    for (long index = 0; index < clusters; index++) {
      Fields piece = piece(cluster);
      long offset = offset(cluster);
      for (int at = 0; at + FatEntry.BYTES <= piece.size(); at += FatEntry.BYTES) {
        Optional<FatEntry> entry = slots.slot(piece, at, offset);
        if (entry.isPresent()) {
          check.entry(entry.get());
        }
      }
      cluster = index + 1 < clusters ? fat.table().next(cluster) : cluster;
    }
    slots.end();
    check.end();
    levels.push(new Level(place, clusters));
    subject.check(bytes <= BYTES_MAX, "size", bytes, BYTES_MAX);
  }

  private void goOn(Level level) throws IOException {
    try {
      Optional<FatEntry> next = next(level);
      if (next.isPresent()) {
        attempt(() -> descend(level.place, next.get()));
      }
    } catch (CorruptData e) {
      findings.problem(e);
      level.clusters = 0;
    }
  }

  /// The next directory of a piece. Without any, the next piece is taken.
  private Optional<FatEntry> next(Level level) throws IOException, CorruptData {
    Fields piece = piece(level.cluster);
    long offset = offset(level.cluster);
    while (level.at + FatEntry.BYTES <= piece.size()) {
      int at = level.at;
      level.at += FatEntry.BYTES;
      Optional<FatEntry> entry = level.slots.slot(piece, at, offset);
      if (entry.isPresent() && isSubdirectory(entry.get())) {
        return entry;
      }
    }
    level.at = 0;
    level.clusters--;
    if (level.clusters > 0) {
      level.cluster = fat.table().next(level.cluster);
    }
    return Optional.empty();
  }

  private static boolean isSubdirectory(FatEntry entry) {
    return entry.isDirectory() && !entry.isLabel() && !entry.isDot() && !entry.isDotDot();
  }

  private void descend(Place parent, FatEntry entry) throws IOException, CorruptData {
    Subject subject = FatDirectoryCheck.subject(entry, parent.path());
    subject.check(levels.size() < DEPTH_MAX, "levels", levels.size(), DEPTH_MAX);
    long first = entry.firstCluster(boot);
    String path = shortened(parent.path()) + entry.printable() + "/";
    enter(new Place(path, first, parent.isRoot() ? 0 : parent.first(), false), subject);
  }

  /// A path is for a person to read; all those on the stack are not to fill the memory.
  private static String shortened(String path) {
    return path.length() <= PATH_MAX ? path : "..." + path.substring(path.length() - PATH_MAX);
  }

  private Fields piece(long cluster) throws IOException, CorruptData {
    byte[] piece = cluster == 0 ? fat.readRoot() : fat.read(cluster);
    findings.progress(piece.length);
    return Fields.littleEndian(piece);
  }

  private long offset(long cluster) {
    return cluster == 0 ? boot.rootOffset() : boot.offset(cluster);
  }

  @FunctionalInterface
  private interface Check {
    void run() throws IOException, CorruptData;
  }

  private void attempt(Check check) throws IOException {
    try {
      check.run();
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }
}
