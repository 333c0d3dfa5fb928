package cairn.linux.platform;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/// What this process may ask of the kernel.
///
/// @param effective the capabilities that it has now, of those that matter here
/// @param ofTheMachine whether they hold for the machine, and not just within a user namespace
public record Privileges(Set<Capability> effective, boolean ofTheMachine) {
  /// Numbers of `linux/capability.h`.
  public enum Capability {
    /// Locking memory beyond the limit.
    IPC_LOCK(14),
    /// Freezing, mounting, device-mapper, and what the next two allow.
    SYS_ADMIN(21),
    /// Tracing. Part of `SYS_ADMIN` before Linux 5.8.
    PERFMON(38),
    /// Loading programs. Part of `SYS_ADMIN` before Linux 5.8.
    BPF(39);

    private final int bit;

    Capability(int bit) {
      this.bit = bit;
    }
  }

  private static final String ALL_USERS = "0 0 4294967295";

  public static Privileges read(Path root) {
    Set<Capability> effective = EnumSet.noneOf(Capability.class);
    long mask = mask(Text.field(root.resolve("proc/self/status"), "CapEff"));
    for (Capability capability : Capability.values()) {
      if ((mask & (1L << capability.bit)) != 0) {
        effective.add(capability);
      }
    }
    String map = Text.of(root.resolve("proc/self/uid_map")).replaceAll("\\s+", " ");
    // A kernel without user namespaces has no such file.
    return new Privileges(Set.copyOf(effective), map.isEmpty() || map.equals(ALL_USERS));
  }

  public boolean has(Capability capability) {
    return effective.contains(capability);
  }

  /// Whether programs may be loaded and attached to tracepoints.
  public boolean mayTrace() {
    return has(Capability.SYS_ADMIN) || (has(Capability.BPF) && has(Capability.PERFMON));
  }

  private static long mask(String hexadecimal) {
    return hexadecimal.matches("[0-9a-f]{1,16}") ? Long.parseUnsignedLong(hexadecimal, 16) : 0;
  }
}
