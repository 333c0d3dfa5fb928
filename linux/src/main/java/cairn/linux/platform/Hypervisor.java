package cairn.linux.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// What this kernel runs upon.
///
/// Xen is told by `/sys/hypervisor`, which only it provides; others by the names that the firmware
/// gives (DMI), which count only when the processor says that there is a hypervisor: makers of
/// hypervisors make hardware as well.
public enum Hypervisor {
  /// Bare metal.
  NONE("no hypervisor"),
  XEN_PV("Xen, paravirtualised guest (PV)"),
  XEN_PVH("Xen, guest without emulated devices (PVH)"),
  XEN_HVM("Xen, fully virtualised guest, with paravirtual drivers (PVHVM)"),
  XEN_DOM0("Xen, the control domain (dom0)"),
  XEN("Xen, guest of unknown kind"),
  KVM("KVM"),
  QEMU("QEMU without KVM"),
  VMWARE("VMware"),
  HYPER_V("Hyper-V"),
  VIRTUALBOX("VirtualBox"),
  PARALLELS("Parallels"),
  BHYVE("bhyve"),
  OTHER("a hypervisor that is not known");

  private static final Pattern FLAG = Pattern.compile("(?m)^flags\\s*:.*\\bhypervisor\\b");

  // The clocks come first: firmware may be told to give any name.
  private static final Map<String, Hypervisor> CLOCKS =
      Map.of("kvm-clock", KVM, "hyperv_clocksource", HYPER_V);

  private static final Map<String, Hypervisor> FIRMWARE = new LinkedHashMap<>();

  static {
    FIRMWARE.put("VirtualBox", VIRTUALBOX);
    FIRMWARE.put("innotek GmbH", VIRTUALBOX);
    FIRMWARE.put("VMware", VMWARE);
    FIRMWARE.put("VMW", VMWARE);
    FIRMWARE.put("Parallels", PARALLELS);
    FIRMWARE.put("BHYVE", BHYVE);
    FIRMWARE.put("Microsoft Corporation", HYPER_V);
    FIRMWARE.put("KVM", KVM);
    FIRMWARE.put("KubeVirt", KVM);
    FIRMWARE.put("OpenStack", KVM);
    FIRMWARE.put("Amazon EC2", KVM);
    FIRMWARE.put("Google", KVM);
    FIRMWARE.put("Xen", XEN);
    FIRMWARE.put("QEMU", QEMU);
    FIRMWARE.put("Bochs", QEMU);
  }

  private final String description;

  Hypervisor(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  public boolean isXen() {
    return switch (this) {
      case XEN, XEN_PV, XEN_PVH, XEN_HVM, XEN_DOM0 -> true;
      default -> false;
    };
  }

  public static Hypervisor read(Path root) {
    if (Text.of(root.resolve("sys/hypervisor/type")).equals("xen")) {
      return xen(root);
    }
    if (!isVirtual(root)) {
      return NONE;
    }
    String clocks =
        Text.of(root.resolve("sys/devices/system/clocksource/clocksource0/available_clocksource"));
    for (Map.Entry<String, Hypervisor> clock : CLOCKS.entrySet()) {
      if (clocks.contains(clock.getKey())) {
        return clock.getValue();
      }
    }
    return byFirmware(root);
  }

  // The control domain says so; the others are told by guest_type, since Linux 4.13.
  private static Hypervisor xen(Path root) {
    if (Text.of(root.resolve("proc/xen/capabilities")).contains("control_d")
        || isControlDomain(Text.of(root.resolve("sys/hypervisor/properties/features")))) {
      return XEN_DOM0;
    }
    return switch (Text.of(root.resolve("sys/hypervisor/guest_type"))) {
      case "PV" -> XEN_PV;
      case "PVH" -> XEN_PVH;
      case "HVM" -> XEN_HVM;
      default -> XEN;
    };
  }

  // XENFEAT_dom0 of xen/interface/features.h, in a number without 0x.
  private static boolean isControlDomain(String features) {
    return features.matches("[0-9a-fA-F]{1,8}") && (Long.parseLong(features, 16) & (1L << 11)) != 0;
  }

  // On x86 the processor says it. Elsewhere the firmware's word must do.
  private static boolean isVirtual(Path root) {
    String processors = Text.of(root.resolve("proc/cpuinfo"));
    return FLAG.matcher(processors).find()
        || (!processors.contains("flags") && byFirmware(root) != OTHER);
  }

  private static Hypervisor byFirmware(Path root) {
    if (Text.of(root.resolve("proc/device-tree/hypervisor/compatible")).contains("linux,kvm")) {
      return KVM;
    }
    Path dmi = root.resolve("sys/class/dmi/id");
    if (!Files.isDirectory(dmi)) {
      return OTHER;
    }
    for (String name : new String[] {"product_name", "sys_vendor", "board_vendor", "bios_vendor"}) {
      String value = Text.of(dmi.resolve(name));
      for (Map.Entry<String, Hypervisor> firmware : FIRMWARE.entrySet()) {
        if (value.startsWith(firmware.getKey())) {
          return firmware.getValue();
        }
      }
    }
    return OTHER;
  }
}
