package cairn.export.mount;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.fuse.DirectoryPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A directory that somebody has open. Its entries are listed as a whole when the first is asked
/// for; the positions that the kernel goes by are their numbers, after `.` and `..`.
final class OpenDirectory implements Open {
  /// So many entries keep their nodes until they are asked for; those of a larger directory are
  /// looked up one by one.
  private static final int NODES_MAX = 4096;

  private static final int DIRECTORY = 4;
  private static final int UNKNOWN = 0;
  private static final int FIRST = 2;

  private final Known directory;
  private final InodeNumbers numbers;
  private @Nullable List<Entry> entries;
  private @Nullable Exception failure;

  private record Entry(FileName name, long number, int type, @Nullable Known node) {}

  OpenDirectory(Known directory, InodeNumbers numbers) {
    this.directory = directory;
    this.numbers = numbers;
  }

  Known node() {
    return directory;
  }

  /// @param known is told which nodes the page took with a reference
  /// @throws IOException also for damage, when all that was found before it has been told
  synchronized void list(long position, DirectoryPage page, KnownNodes known)
      throws IOException, CorruptData, Unreadable {
    List<Entry> all = entries();
    long at = Math.max(0, position);
    while (at < FIRST) {
      byte[] name = at == 0 ? new byte[] {'.'} : new byte[] {'.', '.'};
      if (!page.add(at + 1, name, directory.number(), DIRECTORY)) {
        return;
      }
      at++;
    }
    boolean isAtEnd = at - FIRST >= all.size();
    while (at - FIRST < all.size() && add(all.get((int) (at - FIRST)), at + 1, page, known)) {
      at++;
    }
    if (isAtEnd && position >= FIRST) {
      end();
    }
  }

  private static boolean add(Entry entry, long next, DirectoryPage page, KnownNodes known)
      throws IOException, CorruptData, Unreadable {
    Known node = entry.node;
    if (node == null || !page.isLong()) {
      return page.add(next, entry.name.bytes(), entry.number, entry.type);
    }
    if (!page.add(next, entry.name.bytes(), node.stat())) {
      return false;
    }
    known.refer(node);
    return true;
  }

  private void end() throws IOException, CorruptData, Unreadable {
    switch (failure) {
      case null -> {}
      case CorruptData damage -> throw damage;
      case Unreadable unreadable -> throw unreadable;
      default -> throw new IOException(failure.getMessage(), failure);
    }
  }

  private List<Entry> entries() {
    List<Entry> known = entries;
    if (known == null) {
      known = new ArrayList<>();
      collect(known);
      entries = known;
    }
    return known;
  }

  private void collect(List<Entry> found) {
    try {
      directory.visit(new Collecting(found));
    } catch (CorruptData | IOException | Unreadable e) {
      failure = e;
    }
  }

  private final class Collecting implements Known.BranchVisitor {
    private final List<Entry> found;

    Collecting(List<Entry> found) {
      this.found = found;
    }

    @Override
    public void entry(FileName name, Branch child) {
      Known node = directory.entry(name, child, numbers);
      boolean keeps = found.size() < NODES_MAX;
      add(new Entry(name, node.number(), node.type(), keeps ? node : null));
    }

    @Override
    public void lost(FileName name, Realm realm, FileNode.Lost child) {
      int type = child.type().map(each -> each.mode() >>> 12).orElse(UNKNOWN);
      add(new Entry(name, numbers.of(realm, child.id()), type, null));
    }

    private void add(Entry entry) {
      if (entry.name.isProper()) {
        found.add(entry);
      } else {
        failure = new IOException("an entry is named '" + entry.name + "', which no file may be");
      }
    }
  }
}
