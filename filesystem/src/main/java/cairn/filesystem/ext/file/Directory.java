package cairn.filesystem.ext.file;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_DIR_INDEX;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.DirectoryBlock;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.HashNode;
import cairn.filesystem.ext.disk.InlineData;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.NameHash;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.FileNode.EntryVisitor;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// The entries of a directory.
final class Directory {
  private static final int LEVELS_MAX = 3;

  private final ExtFiles files;
  private final ExtSuperblock superblock;
  private final Inode inode;

  /// Takes the entries one by one.
  private interface EntryUser {
    /// @return whether that was enough
    boolean use(DirectoryBlock entry) throws IOException, CorruptData, Unreadable;
  }

  Directory(ExtFiles files, Inode inode) {
    this.files = files;
    this.superblock = files.superblock();
    this.inode = inode;
  }

  void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    walk(entry -> {
      if (isFile(entry)) {
        tell(entry, visitor);
      }
      return false;
    });
  }

  private void tell(DirectoryBlock entry, EntryVisitor visitor)
      throws IOException, CorruptData, Unreadable {
    FileName name = new FileName(entry.name());
    FileNode node;
    try {
      node = node(entry);
    } catch (CorruptData | IOException e) {
      FileNode.Id id = new FileNode.Id(0, entry.inode());
      visitor.lost(name, new FileNode.Lost(id, Attributes.Type.ofEntry(entry.typeNumber()), e));
      return;
    }
    visitor.entry(name, node);
  }

  Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    if (!name.isProper()) {
      return Optional.empty();
    }
    if (isIndexed()) {
      try {
        return byIndex(name);
      } catch (CorruptData e) {
        // then without it, as the kernel does
      }
    }
    Search search = new Search(name);
    walk(search);
    return search.found();
  }

  private boolean isIndexed() {
    return inode.has(Inode.FLAG_INDEX)
        && superblock.compat(COMPAT_DIR_INDEX)
        && !inode.isInline()
        && !inode.has(Inode.FLAG_CASEFOLD);
  }

  /// Looks at entries for a name.
  private final class Search implements EntryUser {
    private final FileName name;
    private Optional<FileNode> found = Optional.empty();

    private Search(FileName name) {
      this.name = name;
    }

    @Override
    public boolean use(DirectoryBlock entry) throws IOException, CorruptData {
      byte[] wanted = name.bytes();
      int at = entry.nameAt();
      boolean same =
          isFile(entry)
              && entry.nameLength() == wanted.length
              && Arrays.equals(entry.bytes(), at, at + wanted.length, wanted, 0, wanted.length);
      if (same) {
        found = Optional.of(node(entry));
      }
      return same;
    }

    private Optional<FileNode> found() {
      return found;
    }
  }

  private Optional<FileNode> byIndex(FileName name) throws IOException, CorruptData, Unreadable {
    BlockMap map = BlockMap.of(inode, files.blocks());
    HashNode root = HashNode.root(block(map, 0));
    root.checkRoot(subject(0), LEVELS_MAX);
    if (root.hashKind() >= NameHash.SIPHASH) {
      throw inode.subject().corrupt("kind of hash", Integer.toString(root.hashKind()), "0..5");
    }
    byte[] bytes = name.bytes();
    Search search = new Search(name);
    if (bytes.length < 256) {
      long hash = new NameHash(root.hashKind(), superblock).of(bytes, 0, bytes.length);
      below(map, root, root.levels(), hash, search);
    }
    return search.found();
  }

  /// @return whether it was found
  private boolean below(BlockMap map, HashNode node, int levels, long hash, Search search)
      throws IOException, CorruptData, Unreadable {
    node.checkCounts(inode.subject(), superblock.hasChecksums());
    for (int index = node.find(hash); index < node.count(); index++) {
      long logical = node.block(index);
      byte[] block = block(map, logical);
      boolean found =
          levels == 0
              ? within(block, 0, block.length, logical, search)
              : below(map, HashNode.inner(block), levels - 1, hash, search);
      boolean goesOn = index + 1 < node.count() && (node.hash(index + 1) & ~1L) == hash;
      if (found || !goesOn) {
        return found;
      }
    }
    return false;
  }

  private void walk(EntryUser user) throws IOException, CorruptData, Unreadable {
    if (inode.isInline()) {
      InlineData data = InlineData.of(inode, superblock.inodeBytes());
      byte[] head = data.head();
      boolean enough = within(head, InlineData.PARENT_BYTES, head.length, 0, user);
      if (!enough) {
        within(data.rest(), 0, data.rest().length, 1, user);
      }
      return;
    }
    BlockMap map = BlockMap.of(inode, files.blocks());
    long blocks = Math.min(inode.size() / superblock.blockBytes(), superblock.blocks());
    boolean enough = false;
    for (long logical = 0; logical < blocks && !enough; logical++) {
      byte[] block = block(map, logical);
      enough = within(block, 0, block.length, logical, user);
    }
  }

  private boolean within(byte[] bytes, int from, int end, long logical, EntryUser user)
      throws IOException, CorruptData, Unreadable {
    DirectoryBlock entries = new DirectoryBlock(bytes, from, end);
    Subject subject = subject(logical);
    while (entries.advance(subject)) {
      if (user.use(entries)) {
        return true;
      }
    }
    return false;
  }

  private byte[] block(BlockMap map, long logical) throws IOException, CorruptData {
    BlockMap.Run run = map.find(logical);
    Subject subject = subject(logical);
    subject.check(!run.isHole(), "block", "none", "a block");
    byte[] block = files.blocks().read(run.physical() + logical - run.logical(), subject);
    if (superblock.hasChecksums()) {
      checkSeal(block, logical, subject);
    }
    return block;
  }

  private void checkSeal(byte[] block, long logical, Subject subject) throws CorruptData {
    boolean indexed = inode.has(Inode.FLAG_INDEX);
    boolean isNode = indexed && (logical == 0 || HashNode.isInner(block));
    if (isNode) {
      HashNode node = logical == 0 ? HashNode.root(block) : HashNode.inner(block);
      node.checkCounts(subject, true);
      node.checkSeal(subject, inode.checksumSeed());
    } else {
      DirectoryBlock.checkSeal(block, inode.checksumSeed(), subject);
    }
  }

  private static boolean isFile(DirectoryBlock entry) {
    return entry.inode() != 0 && entry.nameLength() > 0 && !entry.isDot() && !entry.isDotDot();
  }

  private FileNode node(DirectoryBlock entry) throws IOException, CorruptData {
    return files.node(files.inode(entry.inode()));
  }

  private Subject subject(long logical) {
    return Subject.of("directory", Long.toString(inode.number())).at(Long.toString(logical));
  }
}
