package cairn.filesystem.btrfs.file;

import cairn.base.block.BlockReader;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import java.util.Map;
import java.util.Optional;

/// What a snapshot has in the place of a subvolume within the one it was made of, as the kernel
/// shows it.
///
/// @param times of the directory that it is in
record EmptyDirectory(Id id, Attributes.Times times) implements FileNode {
  private static final int PERMISSIONS = 0755;

  @Override
  public Attributes attributes() {
    return new Attributes(
        Attributes.Type.DIRECTORY,
        PERMISSIONS,
        new Attributes.Owner(0, 0),
        0,
        1,
        Attributes.Device.NONE,
        times);
  }

  @Override
  public void visit(EntryVisitor visitor) {}

  @Override
  public Optional<FileNode> child(FileName name) {
    return Optional.empty();
  }

  @Override
  public BlockReader content() {
    throw new IllegalStateException("a directory has no content");
  }

  @Override
  public byte[] target() {
    throw new IllegalStateException("a directory is no link");
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() {
    return Map.of();
  }
}
