package cairn.cli.command;

import cairn.linux.platform.Facility;
import cairn.linux.platform.Hypervisor;
import cairn.linux.platform.Lockdown;
import cairn.linux.platform.Platform;
import cairn.linux.platform.Privileges;
import cairn.linux.tracking.TrackingSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What of a machine matters to backups, in words.
public final class MachineFacts {
  private static final String UNKNOWN = "unknown";

  private final Platform platform;
  private final TrackingSupport tracking;
  private final List<Fact> facts = new ArrayList<>();

  /// @param name one or two words
  /// @param value half a sentence
  /// @param advice what it means and what to do; empty when there is nothing to do
  public record Fact(String name, String value, String advice) {}

  private MachineFacts(Platform platform, TrackingSupport tracking) {
    this.platform = platform;
    this.tracking = tracking;
  }

  public static List<Fact> of(Platform platform, TrackingSupport tracking) {
    MachineFacts machine = new MachineFacts(platform, tracking);
    machine.addKernel();
    machine.addSurroundings();
    machine.addPrivileges();
    machine.addFacilities();
    machine.addTracking();
    return machine.facts;
  }

  private void add(String name, String value, String advice) {
    facts.add(new Fact(name, value, advice));
  }

  private void addKernel() {
    add("kernel", orUnknown(platform.kernel().release()), "");
    add("boot", orUnknown(platform.kernel().bootId()), "");
    add(
        "secure boot",
        switch (platform.secureBoot()) {
          case ON -> "on; no matter, as no kernel module is needed";
          case OFF -> "off";
          case NO_UEFI -> "no, not booted by UEFI";
          case UNKNOWN -> UNKNOWN;
        },
        "");
    boolean blind =
        platform.lockdown() == Lockdown.CONFIDENTIALITY && !platform.kernel().typeInformation();
    add(
        "lockdown",
        switch (platform.lockdown()) {
          case NONE -> "none";
          case INTEGRITY -> "integrity; tracking works";
          case CONFIDENTIALITY -> "confidentiality; tracking works by type information alone";
          case UNKNOWN -> UNKNOWN;
        },
        blind
            ? "this kernel has no type information: boot with lockdown=integrity, or a kernel built"
                + " with CONFIG_DEBUG_INFO_BTF"
            : "");
  }

  private static String orUnknown(String value) {
    return value.isEmpty() ? UNKNOWN : value;
  }

  private void addSurroundings() {
    Hypervisor hypervisor = platform.hypervisor();
    boolean guest = hypervisor.isXen() && hypervisor != Hypervisor.XEN_DOM0;
    add("runs on", hypervisor.description(), guest ? xen() : "");
    add(
        "container",
        platform.container().orElse("none"),
        platform.container().isPresent()
            ? "a container shows neither all devices nor all mounts: run Cairn on the machine"
                + " itself"
            : "");
  }

  private String xen() {
    String ways =
        tracking.way().isPresent()
            ? "converge (tracker and freeze), snapshot (by LVM), freeze-and-read and plain"
            : "snapshot (by LVM), freeze-and-read and plain, as nothing can be tracked";
    return "in Xen guests snapshots by kernel modules are known to have damaged the disks that they"
        + " were taken of: reads carried a write flag, and blocks were zeroed. Cairn has no module;"
        + " it only observes writes and reads. Offered here: "
        + ways
        + ". Unload modules such as blksnap and veeamsnap";
  }

  private void addPrivileges() {
    Privileges privileges = platform.privileges();
    List<String> missing = new ArrayList<>();
    if (!privileges.has(Privileges.Capability.SYS_ADMIN)) {
      missing.add("freeze and mount (CAP_SYS_ADMIN)");
    }
    if (!privileges.mayTrace()) {
      missing.add("track (CAP_BPF and CAP_PERFMON)");
    }
    if (!privileges.ofTheMachine()) {
      missing.add("act for the whole machine (this is a user namespace)");
    }
    if (missing.isEmpty()) {
      add("privileges", "all that is needed", "");
      return;
    }
    add(
        "privileges",
        "may not " + String.join(", nor ", missing),
        "run Cairn as root; what is said below holds for this user");
  }

  private void addFacilities() {
    add("tracefs", where(platform.tracefs(), "mounted when it is needed"), "");
    boolean absent = platform.bpffs().state() == Facility.State.ABSENT;
    add(
        "bpffs",
        where(platform.bpffs(), "'cairn tracker start' mounts it"),
        absent ? "trackers cannot be kept between backups: use a kernel with BPF" : "");
    add("BTF", platform.kernel().typeInformation() ? "there" : "none", "");
    add(
        "dm-snapshot",
        switch (platform.snapshotTarget()) {
          case PRESENT -> "there";
          case LOADABLE -> "not loaded";
          case ABSENT -> "this kernel has none";
        },
        "");
  }

  private static String where(Facility facility, String otherwise) {
    return switch (facility.state()) {
      case MOUNTED -> "mounted at " + facility.mountPoint();
      case MOUNTABLE -> "not mounted; " + otherwise;
      case ABSENT -> "this kernel has none";
    };
  }

  private void addTracking() {
    Optional<TrackingSupport.Way> way = tracking.way();
    if (way.isEmpty()) {
      add(
          "tracking",
          "impossible: " + tracking.refused().orElse("there is neither BTF nor a readable tracefs"),
          platform.privileges().mayTrace()
              ? "use a kernel with BPF, from 5.10, and BTF (CONFIG_DEBUG_INFO_BTF)"
              : "run Cairn as root");
      return;
    }
    String words =
        switch (way.get()) {
          case TYPED -> "by typed tracepoints, all devices";
          case PERF -> "by perf events, devices that take requests (not dm, md)";
        };
    add(
        "tracking",
        words + (tracking.pinnable() ? "; trackers outlive their starter" : ""),
        tracking.pinnable()
            ? ""
            : "this kernel cannot keep trackers between backups, so that each reads everything: use"
                + " one from 5.15, or with BTF");
  }
}
