package cairn.filesystem.btrfs.file;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.DirEntry;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Inode;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// An inode of a subvolume. Subvolumes are directories in each other, below the topmost one.
public final class BtrfsNode implements FileNode {
  private static final int TARGET_BYTES_MAX = 1 << 16;
  private static final int MINOR_BITS = 20;
  private static final int PERMISSIONS = 0xFFF;

  private final Store store;
  private final Tree tree;
  private final Id id;
  private final Attributes attributes;
  private final long allocated;
  private final boolean sealed;

  private BtrfsNode(Store store, Tree tree, Id id, Inode inode) throws CorruptData {
    this.store = store;
    this.tree = tree;
    this.id = id;
    this.attributes = attributes(inode, subject(id));
    this.allocated = inode.bytes();
    this.sealed = !inode.isUnsealed();
  }

  /// The topmost directory of the topmost subvolume.
  public static FileNode root(Pool pool) throws IOException, CorruptData, Unreadable {
    try {
      return of(Store.open(pool), new Id(Ids.TOP_SUBVOLUME, Ids.FIRST));
    } catch (NotHere e) {
      throw new Unreadable(e.why());
    }
  }

  private static BtrfsNode of(Store store, Id id) throws IOException, CorruptData, NotHere {
    Tree tree = store.tree(id.space());
    Optional<Item> item = tree.find(new Key(id.number(), Key.INODE_ITEM, 0));
    if (item.isEmpty()) {
      throw subject(id).corrupt("inode item", "none", "one");
    }
    return new BtrfsNode(store, tree, id, Inode.of(item.get()));
  }

  private static Subject subject(Id id) {
    return Subject.of("inode", Long.toUnsignedString(id.number()))
        .at("root " + Long.toUnsignedString(id.space()));
  }

  private static Attributes attributes(Inode inode, Subject subject) throws CorruptData {
    subject.check(inode.size() >= 0, "size", inode.size(), "below 2^63");
    return new Attributes(
        inode.type().orElseThrow(),
        inode.mode() & PERMISSIONS,
        new Attributes.Owner(inode.user(), inode.group()),
        inode.size(),
        inode.links(),
        device(inode),
        new Attributes.Times(
            time(inode, 0, subject),
            time(inode, 2, subject),
            time(inode, 1, subject),
            inode.time(3)));
  }

  private static Attributes.Device device(Inode inode) {
    long device = inode.device();
    return new Attributes.Device(
        (int) (device >>> MINOR_BITS), (int) (device & (1 << MINOR_BITS) - 1));
  }

  private static Instant time(Inode inode, int index, Subject subject) throws CorruptData {
    Optional<Instant> time = inode.time(index);
    if (time.isEmpty()) {
      throw subject.corrupt("time", "out of range", "one that there is");
    }
    return time.get();
  }

  @Override
  public Id id() {
    return id;
  }

  @Override
  public Attributes attributes() {
    return attributes;
  }

  @Override
  public long allocated() {
    return allocated;
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    require(Attributes.Type.DIRECTORY);
    try {
      tree.<Unreadable>visit(
          new Key(id.number(), Key.DIR_INDEX, 0),
          new Key(id.number(), Key.DIR_INDEX, -1),
          item -> {
            DirEntry entry = DirEntry.at(item, 0);
            FileName name = new FileName(entry.name());
            subject(id).check(name.isProper(), "name", name, "one that files may have");
            tell(name, entry, visitor);
          });
    } catch (NotHere e) {
      throw new Unreadable(e.why());
    }
  }

  private void tell(FileName name, DirEntry entry, EntryVisitor visitor)
      throws IOException, CorruptData, Unreadable {
    FileNode node;
    try {
      node = node(entry);
    } catch (NotHere e) {
      visitor.lost(name, lost(entry, new Unreadable(e.why())));
      return;
    } catch (CorruptData | IOException e) {
      visitor.lost(name, lost(entry, e));
      return;
    }
    visitor.entry(name, node);
  }

  private Lost lost(DirEntry entry, Exception why) {
    long target = entry.location().objectId();
    boolean isSubvolume = entry.location().type() == Key.ROOT_ITEM;
    Id lost = isSubvolume ? new Id(target, Ids.FIRST) : new Id(id.space(), target);
    return new Lost(lost, Attributes.Type.ofEntry(entry.type()), why);
  }

  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    require(Attributes.Type.DIRECTORY);
    try {
      long hash = DirEntry.hash(name.bytes());
      Optional<Item> item = tree.find(new Key(id.number(), Key.DIR_ITEM, hash));
      if (item.isPresent()) {
        for (DirEntry entry : DirEntry.all(item.get())) {
          if (new FileName(entry.name()).equals(name)) {
            return Optional.of(node(entry));
          }
        }
      }
      return Optional.empty();
    } catch (NotHere e) {
      throw new Unreadable(e.why());
    }
  }

  private FileNode node(DirEntry entry) throws IOException, CorruptData, NotHere {
    long target = entry.location().objectId();
    if (entry.location().type() != Key.ROOT_ITEM) {
      return of(store, new Id(id.space(), target));
    }
    return store.isWithin(id.space(), target)
        ? of(store, new Id(target, Ids.FIRST))
        : new EmptyDirectory(new Id(id.space(), -target), attributes.times());
  }

  @Override
  public BlockReader content() {
    require(Attributes.Type.REGULAR);
    return new FileContent(store, tree, id.number(), attributes.size(), sealed);
  }

  @Override
  public byte[] target() throws IOException, CorruptData {
    require(Attributes.Type.SYMBOLIC_LINK);
    long size = attributes.size();
    boolean sane = size > 0 && size <= TARGET_BYTES_MAX;
    subject(id).check(sane, "size of a link", size, "1.." + TARGET_BYTES_MAX);
    byte[] target = new byte[(int) size];
    try (FileContent content = new FileContent(store, tree, id.number(), size, sealed)) {
      content.read(0, target, 0, target.length);
    }
    return target;
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() throws IOException, CorruptData, Unreadable {
    Map<FileName, byte[]> found = new LinkedHashMap<>();
    try {
      tree.<RuntimeException>visit(
          new Key(id.number(), Key.XATTR_ITEM, 0),
          new Key(id.number(), Key.XATTR_ITEM, -1),
          item -> {
            for (DirEntry entry : DirEntry.all(item)) {
              found.put(new FileName(entry.name()), entry.data());
            }
          });
    } catch (NotHere e) {
      throw new Unreadable(e.why());
    }
    return found;
  }

  private void require(Attributes.Type type) {
    if (attributes.type() != type) {
      throw new IllegalStateException("a node of type " + attributes.type() + " is no " + type);
    }
  }

  @Override
  public String toString() {
    return subject(id).toString();
  }
}
