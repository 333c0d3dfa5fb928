package cairn.filesystem.file;

import java.time.Instant;
import java.util.Optional;

/// What `stat` tells of a node.
///
/// @param permissions the lower 12 bits of the mode
/// @param size in bytes: of a file's content, of a symbolic link's target
/// @param links how many names it has, as it says itself
/// @param device what a device node stands for; zeros for others
public record Attributes(
    Type type, int permissions, Owner owner, long size, long links, Device device, Times times) {
  /// Who owns it.
  public record Owner(long user, long group) {}

  /// The number of a device.
  public record Device(int major, int minor) {
    public static final Device NONE = new Device(0, 0);
  }

  /// @param created empty when the format does not keep it
  public record Times(
      Instant accessed, Instant modified, Instant changed, Optional<Instant> created) {}

  /// The kinds of nodes, by the bits of the mode that say so, see `stat.h`.
  public enum Type {
    FIFO(1),
    CHARACTER_DEVICE(2),
    DIRECTORY(4),
    BLOCK_DEVICE(6),
    REGULAR(8),
    SYMBOLIC_LINK(10),
    SOCKET(12);

    private final int bits;

    Type(int bits) {
      this.bits = bits;
    }

    /// The bits of a mode that say so.
    public int mode() {
      return bits << 12;
    }

    /// Of the 16 bits of a mode.
    public static Optional<Type> ofMode(int mode) {
      for (Type type : values()) {
        if (type.bits == mode >>> 12) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }
}
