package cairn.volume;

import java.nio.file.Path;
import java.util.Optional;

/// Which volume it is, for the snapshot record and for telling whether a source still is the same.
///
/// @param kind what it is
/// @param path absolute, as it was given otherwise
/// @param sizeBytes when it was opened
/// @param device what is known of a device; empty for a file
public record VolumeIdentity(Kind kind, Path path, long sizeBytes, Optional<Device> device) {
  /// What a volume is.
  public enum Kind {
    FILE,
    DEVICE
  }

  /// What the kernel tells of a device. A text is empty where the device has none; that of a
  /// partition is its disk's.
  ///
  /// @param number major and minor, `8:16`; may change from one boot to the next
  /// @param model the maker's name for this kind of device
  /// @param serial the maker's number for this very device
  /// @param wwid unique in the world
  public record Device(String number, String model, String serial, String wwid) {}
}
