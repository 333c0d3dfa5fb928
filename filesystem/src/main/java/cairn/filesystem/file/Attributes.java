package cairn.filesystem.file;

import java.time.Instant;
import java.util.Arrays;
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

  /// The kinds of nodes, by the bits of the mode that say so, see `stat.h`, and by what stands for
  /// them in the entries of directories, see `fs_types.h`.
  public enum Type {
    FIFO(1, 5),
    CHARACTER_DEVICE(2, 3),
    DIRECTORY(4, 2),
    BLOCK_DEVICE(6, 4),
    REGULAR(8, 1),
    SYMBOLIC_LINK(10, 7),
    SOCKET(12, 6);

    private final int bits;
    private final int inEntry;

    Type(int bits, int inEntry) {
      this.bits = bits;
      this.inEntry = inEntry;
    }

    /// What stands for it in an entry of a directory.
    public int inEntry() {
      return inEntry;
    }

    /// Of what an entry of a directory says; empty when it does not tell.
    public static Optional<Type> ofEntry(int number) {
      return Arrays.stream(values()).filter(type -> type.inEntry == number).findFirst();
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
