package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.cli.command.MachineFacts;
import cairn.linux.platform.Facility;
import cairn.linux.platform.Hypervisor;
import cairn.linux.platform.Kernel;
import cairn.linux.platform.KernelModule;
import cairn.linux.platform.Lockdown;
import cairn.linux.platform.Platform;
import cairn.linux.platform.Privileges;
import cairn.linux.platform.SecureBoot;
import cairn.linux.test.LoopDevice;
import cairn.linux.tracking.TrackingSupport;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Isolated("it looks at all disks, while other tests attach and detach theirs")
class DoctorTest {
  private static final Privileges ROOT =
      new Privileges(EnumSet.allOf(Privileges.Capability.class), true);
  private static final Facility BPFFS = new Facility(Facility.State.MOUNTED, "/sys/fs/bpf");
  private static final TrackingSupport TYPED =
      new TrackingSupport(
          "6.1", Optional.of(TrackingSupport.Way.TYPED), true, true, Optional.empty(), true);

  @TempDir Path folder;
  private final Desk desk = new Desk();

  @Test
  void saysHowAMountedDiskWillBeBackedUpAndSoItIs() throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      JsonObject untracked = device(disk.device(), 0);
      assertThat(text(untracked, "way")).isEqualTo("converge");
      assertThat(text(untracked, "use")).isEqualTo("it is mounted at " + disk.directory());
      assertThat(text(untracked, "tracker")).isEqualTo("none");
      assertThat(untracked.get("size").getAsLong()).isEqualTo(LiveDisk.SIZE);
      JsonObject obstacle = untracked.getAsJsonArray("obstacles").get(0).getAsJsonObject();
      assertThat(text(obstacle, "why")).isEqualTo("there is no tracker");
      assertThat(text(obstacle, "remedy")).startsWith("'cairn tracker start " + disk.device());
      assertThat(untracked.getAsJsonArray("free").get(0).getAsString())
          .matches("ext4: \\d+ of " + LiveDisk.SIZE + " bytes are in use");
      desk.run("tracker", "start", disk.device()).expect(0);
      JsonObject tracked = device(disk.device(), 0);
      assertThat(text(tracked, "tracker")).isEqualTo("tracking");
      assertThat(tracked.getAsJsonArray("obstacles")).isEmpty();
      assertThat(desk.run("doctor", disk.device()).expect(0).out())
          .containsPattern("(?m)^kernel +\\S+")
          .containsPattern("(?m)^DEVICE +WHAT +SIZE +FILE SYSTEMS +TRACKER +WAY$")
          .contains("loop device", "64.0 MiB", "ext4 on " + disk.directory(), "tracking  converge");
      assertThat(captured(disk.device())).isEqualTo("converge");
    }
  }

  @Test
  void whatNobodyUsesIsReadPlainly() throws IOException {
    try (LoopDevice loop = LoopDevice.over(image())) {
      JsonObject device = device(loop.path(), 0);
      assertThat(text(device, "way")).isEqualTo("plain");
      assertThat(device.get("use").isJsonNull()).isTrue();
      assertThat(device.getAsJsonArray("obstacles")).isEmpty();
      assertThat(desk.run("doctor", loop.path()).expect(0).out())
          .contains("none mounted", "nobody uses it, so that it is read as it is");
    }
  }

  @Test
  void whatIsUsedButNotMountedCannotBeFrozen() throws IOException {
    try (LoopDevice lower = LoopDevice.over(image());
        LoopDevice upper = LoopDevice.over(lower.path())) {
      JsonArray obstacles = device(lower.path(), 0).getAsJsonArray("obstacles");
      JsonObject freeze = obstacles.get(1).getAsJsonObject();
      assertThat(text(freeze, "better")).isEqualTo("freeze");
      assertThat(text(freeze, "why"))
          .isEqualTo("none of its file systems is mounted, but it is what " + upper + " shows");
      assertThat(desk.run("doctor", lower.path()).out())
          .contains("converge", "; it is read again until nobody writes meanwhile");
    }
  }

  @Test
  void whoMayNothingIsRefusedByTheDoctorAsByTheBackup() throws Exception {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Path repository = folder.resolve("repository");
      Desk.withRepository(repository).run("init").expect(0);
      Process doctor = withoutRights("doctor", disk.device().toString());
      String out = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(doctor.waitFor()).as(out).isEqualTo(3);
      assertThat(out)
          .contains("refused", "run Cairn as root", "no converge: programs cannot be loaded: ")
          .contains("no freeze: it takes CAP_SYS_ADMIN; run it as root.")
          .contains(disk.device() + " cannot be backed up: no converge: ");
      Process backup =
          withoutRights("backup", disk.device().toString(), "-r", repository.toString());
      String said = new String(backup.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(backup.waitFor()).as(said).isEqualTo(1);
    }
  }

  @Test
  void allDisksAreLookedAtWhenNoneIsNamed() throws IOException {
    assertThat(desk.run("doctor", "--json").json().getAsJsonArray("machine")).hasSize(12);
    desk.run("doctor", folder).expectSentence(1, "there is no block device " + folder);
  }

  @ParameterizedTest
  @EnumSource(names = {"XEN", "XEN_PV", "XEN_PVH", "XEN_HVM"})
  void inXenGuestsTheDangerIsTold(Hypervisor guest) {
    assertThat(advice(machine(guest, Lockdown.NONE, ROOT), TYPED, "runs on"))
        .contains("snapshots by kernel modules are known to have damaged the disks")
        .contains("reads carried a write flag, and blocks were zeroed", "only observes writes")
        .contains(
            "Offered here: converge",
            "snapshot (by LVM), freeze-and-read and plain",
            "Unload modules");
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "KVM", "XEN_DOM0"})
  void elsewhereItIsNot(Hypervisor other) {
    assertThat(advice(machine(other, Lockdown.NONE, ROOT), TYPED, "runs on")).isEmpty();
  }

  @Test
  void whatIsMissingIsToldWithWhatToDo() {
    Platform user = machine(Hypervisor.XEN_PV, Lockdown.CONFIDENTIALITY, nobody());
    TrackingSupport none =
        new TrackingSupport(
            "5.10", Optional.empty(), false, false, Optional.of("not permitted"), false);
    assertThat(advice(user, none, "runs on"))
        .contains("Offered here: snapshot (by LVM), freeze-and-read and plain");
    assertThat(advice(user, none, "privileges")).contains("run Cairn as root");
    assertThat(advice(user, none, "tracking")).contains("run Cairn as root");
    assertThat(advice(user, none, "lockdown")).contains("boot with lockdown=integrity");
    assertThat(advice(user, none, "container")).contains("run Cairn on the machine itself");
    assertThat(advice(user, none, "bpffs")).contains("use a kernel with BPF");
    TrackingSupport perf =
        new TrackingSupport(
            "5.10", Optional.of(TrackingSupport.Way.PERF), false, true, Optional.empty(), false);
    assertThat(advice(user, perf, "tracking")).contains("use one from 5.15, or with BTF");
  }

  @Test
  void nothingIsAdvisedWhereAllIsWell() {
    Platform good = machine(Hypervisor.KVM, Lockdown.INTEGRITY, ROOT);
    assertThat(MachineFacts.of(good, TYPED)).allMatch(fact -> fact.advice().isEmpty());
  }

  private static Privileges nobody() {
    return new Privileges(Set.of(), false);
  }

  private static Platform machine(Hypervisor on, Lockdown lockdown, Privileges privileges) {
    boolean root = privileges.equals(ROOT);
    return new Platform(
        new Kernel("6.1", "1-2-3", root),
        SecureBoot.ON,
        lockdown,
        on,
        root ? Optional.empty() : Optional.of("docker"),
        privileges,
        BPFFS,
        root ? BPFFS : new Facility(Facility.State.ABSENT, ""),
        KernelModule.ABSENT);
  }

  private static String advice(Platform platform, TrackingSupport tracking, String name) {
    return MachineFacts.of(platform, tracking).stream()
        .filter(fact -> fact.name().equals(name))
        .map(MachineFacts.Fact::advice)
        .collect(Collectors.joining());
  }

  private Path image() throws IOException {
    Path image = folder.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(LiveDisk.SIZE);
    }
    return image;
  }

  /// What the newest backup says of the way that was taken.
  private String captured(Path device) {
    Desk owner = Desk.withRepository(folder.resolve("repository"));
    owner.run("init").expect(0);
    JsonObject backup = owner.run("backup", device, "--json").expect(0).json();
    JsonObject volume = backup.getAsJsonArray("volumes").get(0).getAsJsonObject();
    return text(volume.getAsJsonObject("source"), "capture");
  }

  private JsonObject device(Path device, int exitCode) {
    JsonObject doctor = desk.run("doctor", device, "--json").expect(exitCode).json();
    return doctor.getAsJsonArray("devices").get(0).getAsJsonObject();
  }

  private static Process withoutRights(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--bounding-set",
                "-bpf,-perfmon,-sys_admin",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "cairn.cli.Main"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }
}
