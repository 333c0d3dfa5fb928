package cairn.filesystem.ext.file;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.ExtentNode;
import cairn.filesystem.ext.disk.InlineData;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// An inode that is in use.
final class ExtNode implements FileNode {
  private final ExtFiles files;
  private final Inode inode;
  private final Attributes attributes;

  ExtNode(ExtFiles files, Inode inode, Attributes attributes) {
    this.files = files;
    this.inode = inode;
    this.attributes = attributes;
  }

  @Override
  public Id id() {
    return new Id(0, inode.number());
  }

  @Override
  public Attributes attributes() {
    return attributes;
  }

  @Override
  public long allocated() {
    return inode.blocks() * (inode.countsBlocks() ? files.superblock().blockBytes() : 512L);
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    directory().visit(visitor);
  }

  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    return directory().child(name);
  }

  private Directory directory() throws CorruptData, Unreadable {
    expect(Attributes.Type.DIRECTORY);
    checkClear();
    return new Directory(files, inode);
  }

  @Override
  public BlockReader content() throws IOException, CorruptData, Unreadable {
    expect(Attributes.Type.REGULAR);
    checkClear();
    return open();
  }

  private BlockReader open() throws CorruptData {
    long most = ExtentNode.LOGICAL_END * files.superblock().blockBytes();
    inode.subject().check(inode.size() <= most, "size", inode.size(), "0.." + most);
    if (inode.isInline()) {
      return new InlineContent(inlineBytes(), inode.size());
    }
    return new MappedContent(BlockMap.of(inode, files.blocks()), inode.size(), files.blocks());
  }

  @Override
  public byte[] target() throws IOException, CorruptData, Unreadable {
    expect(Attributes.Type.SYMBOLIC_LINK);
    checkClear();
    long most = inode.isShortLink() ? Inode.MAP_BYTES : files.superblock().blockBytes();
    inode.subject().check(inode.size() <= most, "size", inode.size(), "0.." + most);
    byte[] target = new byte[(int) inode.size()];
    if (inode.isShortLink()) {
      return inode.table().raw(inode.at() + Inode.MAP_AT, target.length);
    }
    open().read(0, target, 0, target.length);
    return target;
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() throws IOException, CorruptData {
    return new XattrReader(files, inode).read();
  }

  private byte[] inlineBytes() throws CorruptData {
    InlineData data = InlineData.of(inode, files.superblock().inodeBytes());
    boolean good = inode.size() <= data.size() || data.isBlank();
    inode.subject().check(good, "size", inode.size(), "0.." + data.size());
    return Arrays.copyOf(data.bytes(), (int) Math.min(inode.size(), data.size()));
  }

  private void expect(Attributes.Type type) {
    if (attributes.type() != type) {
      throw new IllegalStateException(inode.subject() + " is no " + type);
    }
  }

  private void checkClear() throws Unreadable {
    if (inode.has(Inode.FLAG_ENCRYPTED)) {
      throw new Unreadable("inode " + inode.number() + " is encrypted, and its key is not here");
    }
  }
}
