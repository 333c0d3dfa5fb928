package cairn.filesystem.fat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.Attributes.Device;
import cairn.filesystem.file.Attributes.Owner;
import cairn.filesystem.file.Attributes.Times;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A file or directory, as `fs/fat` of Linux shows it to root with a umask of 022: owned by root,
/// executable, not writable when it is read-only. What FAT does not keep is told as Linux does:
/// changed when modified, one link, and the root directory of 1970.
final class FatNode implements FileNode {
  private static final int PERMISSIONS = 0755;
  private static final int READ_ONLY = 0555;

  private final FatVolume fat;
  private final Optional<FatEntry> entry;

  private FatNode(FatVolume fat, Optional<FatEntry> entry) {
    this.fat = fat;
    this.entry = entry;
  }

  static FatNode root(FatVolume fat) {
    return new FatNode(fat, Optional.empty());
  }

  /// Where its entry lies; 0 for the root directory, which has none.
  @Override
  public Id id() {
    return new Id(0, entry.map(FatEntry::offset).orElse(0L));
  }

  @Override
  public Attributes attributes() {
    Attributes.Type type = isDirectory() ? Attributes.Type.DIRECTORY : Attributes.Type.REGULAR;
    boolean readOnly =
        entry.isPresent() && entry.get().isReadOnly() && type == Attributes.Type.REGULAR;
    return new Attributes(
        type,
        readOnly ? READ_ONLY : PERMISSIONS,
        new Owner(0, 0),
        isDirectory() ? 0 : entry.map(FatEntry::size).orElse(0L),
        1,
        Device.NONE,
        entry
            .map(FatNode::times)
            .orElse(new Times(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Optional.empty())));
  }

  private static Times times(FatEntry entry) {
    Instant modified = entry.modified();
    return new Times(entry.accessed(), modified, modified, Optional.of(entry.created()));
  }

  private boolean isDirectory() {
    return entry.isEmpty() || entry.get().isDirectory();
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    visitEntries(each -> {
      FileName name = each.fileName();
      subject().at(Long.toString(each.offset())).check(name.isProper(), "name", name, "a name");
      visitor.entry(name, new FatNode(fat, Optional.of(each)));
    });
  }

  /// Upper and lower case are the same, unless there are two such names; the short name will do.
  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    Search search = new Search(name);
    visitEntries(search::look);
    return search.found.map(each -> new FatNode(fat, Optional.of(each)));
  }

  /// Looks for a name in a directory.
  private static final class Search {
    private final FileName name;
    private final String text;
    private Optional<FatEntry> found = Optional.empty();
    private boolean exact;

    Search(FileName name) {
      this.name = name;
      this.text = new String(name.bytes(), StandardCharsets.UTF_8);
    }

    void look(FatEntry entry) {
      if (!exact && entry.fileName().equals(name)) {
        exact = true;
        found = Optional.of(entry);
      } else if (found.isEmpty()
          && (entry.name().equalsIgnoreCase(text) || entry.shortName().equalsIgnoreCase(text))) {
        found = Optional.of(entry);
      }
    }
  }

  /// Is told the entries of files and directories.
  @FunctionalInterface
  private interface Entries {
    void entry(FatEntry entry) throws IOException, CorruptData, Unreadable;
  }

  private void visitEntries(Entries visitor) throws IOException, CorruptData, Unreadable {
    if (!isDirectory()) {
      throw new IllegalStateException("a file has no entries");
    }
    FatSlots slots = new FatSlots((field, have, expect) -> {});
    FatBootSector boot = fat.boot();
    long first = entry.map(each -> each.firstCluster(boot)).orElse(boot.rootCluster());
    if (entry.isEmpty() && first == 0) {
      visitPiece(fat.readRoot(), boot.rootOffset(), slots, visitor);
      return;
    }
    Subject subject = subject();
    subject.check(boot.isCluster(first), "first cluster", first, "a cluster");
    long mark = first;
    long steps = 0;
    for (long cluster = first; cluster != FatTable.END; cluster = fat.table().next(cluster)) {
      subject.check(steps == 0 || cluster != mark, "clusters", "a loop", "an end");
      if (Long.bitCount(++steps) == 1) {
        mark = cluster;
      }
      visitPiece(fat.read(cluster), boot.offset(cluster), slots, visitor);
    }
  }

  private static void visitPiece(byte[] bytes, long offset, FatSlots slots, Entries visitor)
      throws IOException, CorruptData, Unreadable {
    Fields piece = Fields.littleEndian(bytes);
    for (int at = 0; at + FatEntry.BYTES <= bytes.length; at += FatEntry.BYTES) {
      Optional<FatEntry> entry = slots.slot(piece, at, offset);
      if (entry.isPresent()
          && !entry.get().isLabel()
          && !entry.get().isDot()
          && !entry.get().isDotDot()) {
        visitor.entry(entry.get());
      }
    }
  }

  @Override
  public BlockReader content() throws IOException, CorruptData {
    if (isDirectory()) {
      throw new IllegalStateException("a directory has no content");
    }
    FatEntry file = entry.orElseThrow();
    return FatContent.of(fat, file.firstCluster(fat.boot()), file.size(), subject());
  }

  @Override
  public byte[] target() {
    throw new IllegalStateException("there are no symbolic links in a FAT");
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() {
    return Map.of();
  }

  private Subject subject() {
    String name = entry.map(each -> each.fileName().toString()).orElse("/");
    Subject subject = Subject.of(isDirectory() ? "directory" : "file", name);
    return entry.map(each -> subject.at(Long.toString(each.offset()))).orElse(subject);
  }
}
