package cairn.linux.topology;

import cairn.linux.DeviceNumber;
import java.util.List;
import java.util.Set;

/// A mounted file system, once, however often it is mounted.
///
/// @param number that the kernel knows it by; of btrfs and others that span devices a made-up one
/// @param type `ext4` and so on
/// @param source what was mounted, often the path of a device
/// @param mountPoints where it is seen, in the order of mounting; not empty
/// @param devices that it lies on; empty when it lies on none, as tmpfs and network file systems do
public record FileSystem(
    DeviceNumber number,
    String type,
    String source,
    List<String> mountPoints,
    Set<DeviceNumber> devices) {}
