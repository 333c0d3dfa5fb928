package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Checks the entries of one directory, and the chains of its files.
final class FatDirectoryCheck {
  private static final String FORBIDDEN = "*?<>|\"\\/:";
  private static final int NO_SHORT_NAME = 2;
  private static final Set<String> OF_OS2 = Set.of("EA DATA  SF", "WP ROOT  SF");

  private final FatVolume fat;
  private final FatClaims claims;
  private final Findings findings;
  private final Place place;
  private final Set<String> names = new HashSet<>();
  private int dots;
  private Optional<FatEntry> label = Optional.empty();

  /// @param path ends with a slash
  /// @param first cluster of the directory
  /// @param parent what its `..` is to say, 0 below the root
  /// @param isRoot has neither `.` nor `..`, and may have a label
  record Place(String path, long first, long parent, boolean isRoot) {}

  @FunctionalInterface
  private interface Check {
    void run() throws CorruptData;
  }

  FatDirectoryCheck(FatVolume fat, FatClaims claims, Findings findings, Place place) {
    this.fat = fat;
    this.claims = claims;
    this.findings = findings;
    this.place = place;
  }

  void entry(FatEntry entry) throws IOException {
    Subject subject = subject(entry, place.path());
    if (entry.isDot() || entry.isDotDot()) {
      attempt(() -> checkDots(entry, subject));
      return;
    }
    if (entry.isLabel()) {
      boolean first = label.isEmpty();
      label = Optional.of(entry);
      attempt(() -> subject.check(place.isRoot() && first, "label", "one", "in the root once"));
    } else {
      attempt(() -> checkName(entry, subject));
      attempt(() -> checkOnly(entry, subject));
    }
    if (entry.isDirectory()) {
      attempt(() -> subject.checkEqual(entry.size(), 0, "size"));
    } else {
      checkContent(entry, subject);
    }
  }

  static Subject subject(FatEntry entry, String path) {
    String kind = entry.isDirectory() ? "directory" : "file";
    return Subject.of(kind, path + entry.printable()).at(Long.toString(entry.offset()));
  }

  void end() {
    if (!place.isRoot()) {
      Subject subject = Subject.of("directory", place.path());
      attempt(() -> subject.checkEqual(dots, 2, "entries . and .."));
    } else {
      attempt(this::checkLabel);
    }
  }

  /// The boot sector repeats the label, unless it says that there is none.
  private void checkLabel() throws CorruptData {
    Optional<String> repeated = fat.boot().rawLabel();
    if (repeated.isPresent()) {
      String expect = label.map(FatDirectoryCheck::rawName).orElse("none, as in the root");
      Subject subject = Subject.of("boot sector", "fat").at("0");
      subject.check(repeated.get().equals(expect), "label", repeated.get(), expect);
    }
  }

  private static String rawName(FatEntry entry) {
    return new String(entry.shortBytes(), StandardCharsets.ISO_8859_1);
  }

  private void checkDots(FatEntry entry, Subject subject) throws CorruptData {
    subject.check(!place.isRoot(), "name", entry.shortName(), "another one in the root");
    subject.check(entry.isDirectory(), "type", "a file", "a directory");
    dots++;
    long expect = entry.isDot() ? place.first() : place.parent();
    subject.checkEqual(entry.firstCluster(fat.boot()), expect, "first cluster");
  }

  /// Linux, where long names are all that counts, leaves short names out at will.
  private static void checkName(FatEntry entry, Subject subject) throws CorruptData {
    byte[] raw = entry.shortBytes();
    String name = rawName(entry);
    if ((entry.fields().u8(12) & NO_SHORT_NAME) != 0 || OF_OS2.contains(name)) {
      return;
    }
    for (int index = 0; index < raw.length; index++) {
      char each = name.charAt(index);
      boolean kanji = index == 0 && each == 5;
      boolean dot = index == 0 && each == '.';
      boolean good = kanji || (each >= ' ' && each != 0x7F && FORBIDDEN.indexOf(each) < 0);
      boolean gap = index > 0 && index != 8 && each != ' ' && name.charAt(index - 1) == ' ';
      subject.check(
          good && !gap && !dot, "short name", "another character at " + index, "a good one");
    }
  }

  /// Upper and lower case of letters beyond ASCII are not the same everywhere.
  private void checkOnly(FatEntry entry, Subject subject) throws CorruptData {
    String raw = rawName(entry);
    subject.check(names.add("short " + raw), "short name", raw.strip(), "one of its own");
    if (entry.longName().isPresent()) {
      String folded = folded(entry.longName().get());
      subject.check(names.add("long " + folded), "name", entry.fileName(), "one of its own");
    }
  }

  private static String folded(String name) {
    StringBuilder folded = new StringBuilder();
    for (int index = 0; index < name.length(); index++) {
      char each = name.charAt(index);
      folded.append(each < 0x80 ? Character.toLowerCase(each) : each);
    }
    return folded.toString();
  }

  private void checkContent(FatEntry entry, Subject subject) throws IOException {
    long first = entry.firstCluster(fat.boot());
    long needed = Math.ceilDiv(entry.size(), fat.boot().clusterBytes());
    if (first == 0) {
      attempt(() -> subject.checkEqual(entry.size(), 0, "size without clusters"));
      return;
    }
    FatClaims.Chain chain = claims.claim(first, subject);
    if (chain.whole()) {
      attempt(() -> subject.checkEqual(chain.clusters(), needed, "clusters"));
    }
  }

  private void attempt(Check check) {
    try {
      check.run();
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }
}
