package cairn.linux.platform;

import java.nio.file.Files;
import java.nio.file.Path;

/// The kernel that runs.
///
/// @param release as `uname -r`; empty when not known
/// @param bootId another one after each boot; empty when not known
/// @param typeInformation whether it describes its own types (BTF) in `/sys/kernel/btf/vmlinux`
public record Kernel(String release, String bootId, boolean typeInformation) {
  public static Kernel read(Path root) {
    return new Kernel(
        Text.of(root.resolve("proc/sys/kernel/osrelease")),
        Text.of(root.resolve("proc/sys/kernel/random/boot_id")),
        Files.isRegularFile(root.resolve("sys/kernel/btf/vmlinux")));
  }
}
