package cairn.linux.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// All facts of this package, read at one time.
///
/// @param container the name of its kind
/// @param snapshotTarget device-mapper's `dm-snapshot`
public record Platform(
    Kernel kernel,
    SecureBoot secureBoot,
    Lockdown lockdown,
    Hypervisor hypervisor,
    Optional<String> container,
    Privileges privileges,
    Facility tracefs,
    Facility bpffs,
    KernelModule snapshotTarget) {

  /// @param root `/`, but for tests
  public static Platform read(Path root) throws IOException {
    return new Platform(
        Kernel.read(root),
        SecureBoot.read(root),
        Lockdown.read(root),
        Hypervisor.read(root),
        Container.read(root),
        Privileges.read(root),
        Facility.tracefs(root),
        Facility.bpffs(root),
        KernelModule.read(root, "dm-snapshot"));
  }
}
