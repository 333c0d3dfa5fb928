package cairn.volume;

import java.nio.file.Path;
import java.util.Optional;

/// Which volume it is, for the snapshot record and for telling whether a source still is the same.
///
/// @param kind what it is
/// @param location an absolute path, as it was given otherwise; or a URI
/// @param name what it is called in a snapshot, unless another volume is
/// @param sizeBytes when it was opened
/// @param device what is known of a device; empty for a file
public record VolumeIdentity(
    Kind kind, String location, String name, long sizeBytes, Optional<Device> device) {
  /// Of what has a path.
  public static VolumeIdentity of(Kind kind, Path path, long sizeBytes, Optional<Device> device) {
    Path last = path.getFileName();
    String name = last == null ? path.toString() : last.toString();
    return new VolumeIdentity(kind, path.toString(), name, sizeBytes, device);
  }

  /// What a volume is.
  public enum Kind {
    FILE,
    DEVICE,
    /// The disk in a qcow2 image.
    QCOW2,
    NBD,
    /// A snapshot and what was written to it.
    OVERLAY
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
