package cairn.filesystem.xfs.file;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.xfs.layout.XfsAttributes;
import cairn.filesystem.xfs.layout.XfsDirectory;
import cairn.filesystem.xfs.layout.XfsEntry;
import cairn.filesystem.xfs.layout.XfsFork;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsShortDirectory;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsTarget;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// An inode as a file.
///
/// @param attributes what `stat` tells of it
record XfsNode(XfsFiles files, XfsInode inode, Attributes attributes) implements FileNode {
  /// The 32 bits of a device are those of System V: 14 of major, 18 of minor.
  private static final int MINOR_BITS = 18;

  private static final int MAJOR_MASK = 0x3FFF;

  /// @param inode that was checked
  static XfsNode of(XfsFiles files, XfsInode inode) {
    Attributes.Type type = Attributes.Type.ofMode(inode.mode()).orElseThrow();
    Attributes attributes =
        new Attributes(
            type,
            inode.mode() & 0xFFF,
            new Attributes.Owner(inode.user(), inode.group()),
            inode.size(),
            inode.links(),
            device(type, inode),
            new Attributes.Times(
                inode.accessed(), inode.modified(), inode.changed(), inode.created()));
    return new XfsNode(files, inode, attributes);
  }

  private static Attributes.Device device(Attributes.Type type, XfsInode inode) {
    if (type != Attributes.Type.CHARACTER_DEVICE && type != Attributes.Type.BLOCK_DEVICE) {
      return Attributes.Device.NONE;
    }
    int number = (int) inode.device();
    return new Attributes.Device(
        number >>> MINOR_BITS & MAJOR_MASK, number & (1 << MINOR_BITS) - 1);
  }

  @Override
  public Id id() {
    return new Id(0, inode.number());
  }

  @Override
  public long allocated() {
    return inode.blocks() * source().superblock().blockBytes();
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    expect(Attributes.Type.DIRECTORY);
    Telling telling = new Telling(visitor);
    try {
      if (inode.data().isLocal()) {
        new XfsShortDirectory(source().superblock(), inode).visit(telling);
      } else {
        new XfsDirectory(source(), inode, map(inode.data())).visit(telling);
      }
    } catch (Telling.Stopped e) {
      throw e.reason();
    }
  }

  /// Brings what an entry's visitor throws through a reader that does not know of it.
  private final class Telling implements XfsShortDirectory.Visitor {
    private final EntryVisitor visitor;

    Telling(EntryVisitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void entry(XfsEntry entry) throws IOException, CorruptData {
      if (entry.isDot() || entry.isDotDot()) {
        return;
      }
      FileName name = new FileName(entry.name());
      inode.subject().check(name.isProper(), "name", name, "no slash and no NUL");
      try {
        tell(name, entry);
      } catch (Unreadable e) {
        throw new Stopped(e);
      }
    }

    private void tell(FileName name, XfsEntry entry) throws IOException, CorruptData, Unreadable {
      FileNode node;
      try {
        node = files.node(entry.inode());
      } catch (CorruptData | IOException e) {
        Id id = new Id(0, entry.inode());
        visitor.lost(name, new Lost(id, Attributes.Type.ofEntry(entry.type()), e));
        return;
      }
      visitor.entry(name, node);
    }

    static final class Stopped extends IOException {
      private static final long serialVersionUID = 1;

      private final transient Unreadable reason;

      Stopped(Unreadable reason) {
        super(reason);
        this.reason = reason;
      }

      Unreadable reason() {
        return reason;
      }
    }
  }

  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData {
    expect(Attributes.Type.DIRECTORY);
    if (!name.isProper()) {
      return Optional.empty();
    }
    Optional<XfsEntry> entry =
        inode.data().isLocal()
            ? inShort(name)
            : new XfsDirectory(source(), inode, map(inode.data())).find(name.bytes());
    return entry.isEmpty() ? Optional.empty() : Optional.of(files.node(entry.get().inode()));
  }

  private Optional<XfsEntry> inShort(FileName name) throws IOException, CorruptData {
    XfsEntry[] found = new XfsEntry[1];
    new XfsShortDirectory(source().superblock(), inode)
        .visit(entry -> found[0] = entry.isNamed(name.bytes()) ? entry : found[0]);
    return Optional.ofNullable(found[0]);
  }

  @Override
  public BlockReader content() throws IOException, CorruptData, Unreadable {
    expect(Attributes.Type.REGULAR);
    if ((inode.flags() & XfsInode.REALTIME) != 0) {
      throw new Unreadable("Its content lies on the realtime device.");
    }
    return new XfsContent(source(), inode.size(), map(inode.data()));
  }

  @Override
  public byte[] target() throws IOException, CorruptData {
    expect(Attributes.Type.SYMBOLIC_LINK);
    return XfsTarget.read(source(), inode, map(inode.data()));
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() throws IOException, CorruptData {
    Map<FileName, byte[]> all = new LinkedHashMap<>();
    Optional<XfsFork> fork = inode.attributes();
    if (fork.isPresent()) {
      new XfsAttributes(source(), inode, map(fork.get()))
          .visit(fork.get(), attribute -> XfsNames.add(attribute, all, inode.subject()));
    }
    return all;
  }

  private XfsSource source() {
    return files.source();
  }

  private XfsMap map(XfsFork fork) throws IOException, CorruptData {
    return XfsMap.of(source(), fork);
  }

  private void expect(Attributes.Type type) {
    if (attributes.type() != type) {
      throw new IllegalStateException("it is a " + attributes.type() + ", not a " + type);
    }
  }
}
