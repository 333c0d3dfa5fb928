package cairn.export.mount;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A node that was made here, of the user who mounts.
abstract class Made implements FileNode {
  private final Id id;
  private final Origin origin;

  /// What nodes that were made here have in common.
  ///
  /// @param owner who mounts
  /// @param time of the snapshot
  record Origin(Attributes.Owner owner, Instant time) {}

  Made(long number, Origin origin) {
    this.id = new Id(0, number);
    this.origin = origin;
  }

  final Origin origin() {
    return origin;
  }

  final Attributes attributes(Attributes.Type type, int permissions, long size, long links) {
    Instant time = origin.time;
    Attributes.Times times = new Attributes.Times(time, time, time, Optional.of(time));
    return new Attributes(
        type, permissions, origin.owner, size, links, Attributes.Device.NONE, times);
  }

  @Override
  public final Id id() {
    return id;
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    throw new IllegalStateException("it has no entries");
  }

  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    throw new IllegalStateException("it has no entries");
  }

  @Override
  public BlockReader content() throws IOException, CorruptData, Unreadable {
    throw new IllegalStateException("it has no content");
  }

  @Override
  public byte[] target() throws IOException, CorruptData, Unreadable {
    throw new IllegalStateException("it is no symbolic link");
  }

  @Override
  public final Map<FileName, byte[]> extendedAttributes() {
    return Map.of();
  }
}
