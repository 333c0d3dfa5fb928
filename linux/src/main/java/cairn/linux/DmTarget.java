package cairn.linux;

import java.util.List;

/// One target of a device-mapper table: what a range of the device is made of. All in bytes.
public sealed interface DmTarget {
  /// Where it begins on the device.
  long start();

  long length();

  /// The bytes of another device, as they are.
  ///
  /// @param offset on that device
  record Linear(long start, long length, DeviceNumber device, long offset) implements DmTarget {}

  /// The bytes of another device, encrypted, each in its place.
  ///
  /// @param offset on that device
  record Crypt(long start, long length, DeviceNumber device, long offset) implements DmTarget {}

  /// Chunks of several devices in turn.
  record Striped(long start, long length, long chunkBytes, List<Stripe> stripes)
      implements DmTarget {}

  /// One device of several.
  ///
  /// @param offset on that device
  record Stripe(DeviceNumber device, long offset) {}

  /// Anything else: `thin`, `raid`, `multipath`, `snapshot` and so on.
  ///
  /// @param parameters what tells it from another of its type, without keys
  record Other(long start, long length, String type, String parameters) implements DmTarget {}
}
