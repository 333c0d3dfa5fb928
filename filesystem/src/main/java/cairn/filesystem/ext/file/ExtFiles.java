package cairn.filesystem.ext.file;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileNode;
import java.io.IOException;

/// All files of a file system: what their nodes share.
public final class ExtFiles {
  private final Blocks blocks;
  private final InodeTable inodes;

  /// @throws CorruptData when the descriptors of groups cannot be read
  public ExtFiles(Blocks blocks) throws IOException, CorruptData {
    this.blocks = blocks;
    this.inodes = InodeTable.read(blocks);
  }

  public FileNode root() throws IOException, CorruptData {
    Inode inode = inode(Inode.ROOT);
    inode.subject().check(inode.is(Attributes.Type.DIRECTORY), "mode", inode.mode(), "a directory");
    return node(inode);
  }

  Blocks blocks() {
    return blocks;
  }

  ExtSuperblock superblock() {
    return blocks.superblock();
  }

  /// An inode that is sealed and in use.
  Inode inode(long number) throws IOException, CorruptData {
    Inode inode = inodes.inode(number);
    inode.checkSeal();
    inode.subject().check(inode.links() > 0, "links", inode.links(), "1 or more");
    return inode;
  }

  ExtNode node(Inode inode) throws CorruptData {
    return new ExtNode(this, inode, attributes(inode));
  }

  private static Attributes attributes(Inode inode) throws CorruptData {
    Attributes.Type type =
        inode
            .type()
            .orElseThrow(() ->
                inode
                    .subject()
                    .corrupt("mode", Integer.toOctalString(inode.mode()), "a known type"));
    inode.subject().check(inode.size() >= 0, "size", inode.size(), "0 or more");
    boolean isDevice =
        type == Attributes.Type.BLOCK_DEVICE || type == Attributes.Type.CHARACTER_DEVICE;
    return new Attributes(
        type,
        inode.mode() & 0xFFF,
        new Attributes.Owner(inode.user(), inode.group()),
        inode.size(),
        inode.links(),
        isDevice ? inode.device() : Attributes.Device.NONE,
        inode.times());
  }
}
