package cairn.export.mount;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.Optional;

/// A directory in the place of a file system that cannot be opened: it is not empty, it fails.
final class Unopened extends Made {
  private static final int PERMISSIONS = 0555;

  private final Exception why;

  /// @param why a [CorruptData], an [Unreadable] or an [IOException]
  Unopened(long number, Origin origin, Exception why) {
    super(number, origin);
    this.why = why;
  }

  @Override
  public Attributes attributes() {
    return attributes(Attributes.Type.DIRECTORY, PERMISSIONS, 0, 2);
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    throw failed();
  }

  @Override
  public Optional<FileNode> child(FileName name) throws IOException, CorruptData, Unreadable {
    throw failed();
  }

  private IOException failed() {
    return new IOException(why.getMessage(), why);
  }
}
