package cairn.engine.resize;

import cairn.filesystem.Content;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Changes the size of a file system, by its own tools.
public interface Resizer {
  /// The programs that it takes.
  List<String> programs();

  boolean shrinks();

  /// What its size cannot be changed to less than, whatever is in it, in bytes.
  default long leastBytes() {
    return 0;
  }

  /// Why it cannot be done on this machine now.
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /// Makes it fill a device that has become larger.
  void grow(Path device) throws IOException;

  /// Makes it fit into the first bytes of a device.
  ///
  /// @throws IOException also when there is no room for what is in it
  void shrink(Path device, long bytes) throws IOException;

  /// For content whose size can be changed.
  static Optional<Resizer> of(Content content) {
    Identity identity = content.identity();
    return switch (identity.type()) {
      case "ext2", "ext3", "ext4" -> Optional.of(new ExtResizer());
      case "xfs" -> Optional.of(new XfsResizer());
      case "btrfs" -> Optional.of(new BtrfsResizer(identity));
      default -> Optional.empty();
    };
  }
}
