package cairn.linux.platform;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.platform.Privileges.Capability;
import cairn.linux.test.Command;
import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlatformTest {
  private static final String VIRTUAL = "flags\t\t: fpu vme hypervisor lahf_lm";
  private static final String METAL = "flags\t\t: fpu vme hypervisors_no lahf_lm";
  private static final String SECURE_BOOT =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

  @TempDir private Path root;
  private SystemTree tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree = new SystemTree(root);
  }

  @Test
  void bareMetal() throws IOException {
    tree.file("proc/cpuinfo", METAL)
        .file("sys/class/dmi/id/sys_vendor", "Microsoft Corporation")
        .file("sys/class/dmi/id/product_name", "Surface Laptop");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.NONE);
    assertThat(Container.read(root)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "QEMU, Standard PC (Q35 + ICH9), tsc hpet acpi_pm, QEMU",
    "QEMU, Standard PC (Q35 + ICH9), kvm-clock tsc acpi_pm, KVM",
    "Amazon EC2, m5.large, kvm-clock tsc, KVM",
    "'', '', kvm-clock tsc, KVM",
    "'VMware, Inc.', VMware Virtual Platform, tsc, VMWARE",
    "Microsoft Corporation, Virtual Machine, hyperv_clocksource_tsc_page, HYPER_V",
    "innotek GmbH, VirtualBox, tsc, VIRTUALBOX",
    "Xen, HVM domU, tsc, XEN",
    "Acme, Box, tsc, OTHER",
  })
  void virtualMachines(String vendor, String product, String clocks, Hypervisor expected)
      throws IOException {
    tree.file("proc/cpuinfo", VIRTUAL)
        .file("sys/class/dmi/id/sys_vendor", vendor)
        .file("sys/class/dmi/id/product_name", product)
        .file("sys/devices/system/clocksource/clocksource0/available_clocksource", clocks);
    assertThat(Hypervisor.read(root)).isEqualTo(expected);
  }

  @Test
  void machinesWhoseProcessorHasNoFlagsAreToldByFirmware() throws IOException {
    tree.file("proc/cpuinfo", "Features\t: fp asimd");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.NONE);
    tree.file("proc/device-tree/hypervisor/compatible", "linux,kvm\0");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.KVM);
  }

  @ParameterizedTest
  @CsvSource({"PV, XEN_PV", "PVH, XEN_PVH", "HVM, XEN_HVM", "'', XEN"})
  void xenGuests(String guestType, Hypervisor expected) throws IOException {
    tree.file("proc/cpuinfo", VIRTUAL)
        .file("sys/hypervisor/type", "xen")
        .file("sys/hypervisor/guest_type", guestType)
        .file("sys/hypervisor/properties/features", "00000705")
        .file("sys/class/dmi/id/sys_vendor", "Xen");
    assertThat(Hypervisor.read(root)).isEqualTo(expected);
    assertThat(Hypervisor.read(root).isXen()).isTrue();
  }

  @Test
  void aXenGuestNeedsNoFlagOfTheProcessor() throws IOException {
    tree.file("proc/cpuinfo", METAL)
        .file("sys/hypervisor/type", "xen")
        .file("sys/hypervisor/guest_type", "PV");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.XEN_PV);
  }

  @Test
  void theControlDomainOfXen() throws IOException {
    tree.file("sys/hypervisor/type", "xen")
        .file("sys/hypervisor/guest_type", "PV")
        .file("sys/hypervisor/properties/features", "00000f05");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.XEN_DOM0);
    tree.file("sys/hypervisor/properties/features", "").file("proc/xen/capabilities", "control_d");
    assertThat(Hypervisor.read(root)).isEqualTo(Hypervisor.XEN_DOM0);
  }

  @ParameterizedTest
  @CsvSource({
    "proc/1/environ, 'PATH=/bin\0container=lxc\0TERM=linux', lxc",
    "run/systemd/container, systemd-nspawn, systemd-nspawn",
    "run/.containerenv, '', podman",
    ".dockerenv, '', docker",
    "proc/1/cgroup, '0::/kubepods/besteffort/pod1', kubepods",
    "proc/vz/veinfo, '', openvz",
    "proc/sys/kernel/osrelease, 5.15.90.1-microsoft-standard-WSL2, wsl",
  })
  void containers(String file, String content, String expected) throws IOException {
    tree.file("proc/1/cgroup", "0::/init.scope").file("proc/1/environ", "mycontainer=x");
    assertThat(Container.read(root)).isEmpty();
    tree.file(file, content);
    assertThat(Container.read(root)).contains(expected);
  }

  @Test
  void secureBoot() throws IOException {
    assertThat(SecureBoot.read(root)).isEqualTo(SecureBoot.NO_UEFI);
    tree.file("sys/firmware/efi/fw_platform_size", "64");
    assertThat(SecureBoot.read(root)).isEqualTo(SecureBoot.UNKNOWN);
    Path variable = root.resolve(SECURE_BOOT);
    Files.createDirectories(variable.resolveSibling("."));
    Files.write(variable, new byte[] {6, 0, 0, 0, 1});
    assertThat(SecureBoot.read(root)).isEqualTo(SecureBoot.ON);
    Files.write(variable, new byte[] {6, 0, 0, 0, 0});
    assertThat(SecureBoot.read(root)).isEqualTo(SecureBoot.OFF);
    Files.write(variable, new byte[] {6, 0, 0, 0});
    assertThat(SecureBoot.read(root)).isEqualTo(SecureBoot.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "'[none] integrity confidentiality', NONE",
    "'none [integrity] confidentiality', INTEGRITY",
    "'none integrity [confidentiality]', CONFIDENTIALITY",
    "'none integrity confidentiality', UNKNOWN",
  })
  void lockdown(String text, Lockdown expected) throws IOException {
    assertThat(Lockdown.read(root)).isEqualTo(Lockdown.UNKNOWN);
    tree.file("sys/kernel/security/lockdown", text);
    assertThat(Lockdown.read(root)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "000001ffffffffff, true, true",
    "0000000000200000, true, true",
    "000000c000000000, false, true",
    "0000008000000000, false, false",
    "0000000000000000, false, false",
  })
  void privileges(String effective, boolean sysAdmin, boolean mayTrace) throws IOException {
    tree.file("proc/self/status", "Name:\tx\nCapPrm:\tffffffffffffffff\nCapEff:\t" + effective)
        .file("proc/self/uid_map", "         0          0 4294967295");
    Privileges privileges = Privileges.read(root);
    assertThat(privileges.has(Capability.SYS_ADMIN)).isEqualTo(sysAdmin);
    assertThat(privileges.mayTrace()).isEqualTo(mayTrace);
    assertThat(privileges.ofTheMachine()).isTrue();
    tree.file("proc/self/uid_map", "         0       1000          1");
    assertThat(Privileges.read(root).ofTheMachine()).isFalse();
  }

  @Test
  void facilitiesAreMountedMountableOrAbsent() throws IOException {
    assertThat(Facility.bpffs(root)).isEqualTo(new Facility(Facility.State.ABSENT, ""));
    tree.file("proc/filesystems", "nodev\tsysfs\nnodev\tbpf\n\text4");
    assertThat(Facility.bpffs(root).state()).isEqualTo(Facility.State.MOUNTABLE);
    assertThat(Facility.tracefs(root).state()).isEqualTo(Facility.State.ABSENT);
    tree.mount("0:30", "/sys/fs/bpf", "bpf", "none");
    assertThat(Facility.bpffs(root)).isEqualTo(new Facility(Facility.State.MOUNTED, "/sys/fs/bpf"));
  }

  @Test
  void theSnapshotTargetIsPresentLoadableOrAbsent() throws IOException {
    String modules = "lib/modules/6.1.0-30-amd64/";
    tree.file("proc/sys/kernel/osrelease", "6.1.0-30-amd64")
        .file(modules + "modules.dep", "kernel/md/dm-mod.ko:\nkernel/md/dm-snapshot.ko.xz: a.ko");
    assertThat(KernelModule.read(root, "dm-snapshot")).isEqualTo(KernelModule.LOADABLE);
    tree.file("proc/sys/kernel/modules_disabled", "1");
    assertThat(KernelModule.read(root, "dm-snapshot")).isEqualTo(KernelModule.ABSENT);
    tree.file(modules + "modules.builtin", "kernel/md/dm-snapshot.ko");
    assertThat(KernelModule.read(root, "dm-snapshot")).isEqualTo(KernelModule.PRESENT);
    tree.file("sys/module/dm_era/refcnt", "0");
    assertThat(KernelModule.read(root, "dm-era")).isEqualTo(KernelModule.PRESENT);
    assertThat(KernelModule.read(root, "snapshot")).isEqualTo(KernelModule.ABSENT);
  }

  @Test
  void whatRunsHereIsKnown() throws IOException {
    Platform here = Platform.read(Path.of("/"));
    assertThat(here.kernel().release()).isEqualTo(Command.run("uname", "-r"));
    assertThat(here.kernel().bootId()).hasSize(36);
    assertThat(here.privileges().has(Capability.SYS_ADMIN)).isTrue();
    assertThat(here.tracefs().state()).isNotEqualTo(Facility.State.ABSENT);
    assertThat(here.bpffs().state()).isNotEqualTo(Facility.State.ABSENT);
  }
}
