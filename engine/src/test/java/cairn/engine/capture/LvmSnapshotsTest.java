package cairn.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.BlockTopology;
import cairn.linux.DeviceNumber;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.repository.session.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What LVM is asked to do. What it then does is seen in a virtual machine (tools/vm-live), as the
/// kernel at hand may have no device-mapper.
class LvmSnapshotsTest {
  private static final long EXTENT = 4 << 20;
  private static final long GONE = 4_000_001; // more than Linux gives out
  private static final Owner OWNER =
      new Owner("here", "5f-3a:[1]", ProcessHandle.current().pid(), "test");
  private static final String SELF = "cairn.owner.5f-3a__1_.";

  private final List<String> commands = new ArrayList<>();
  private final List<String> left = new ArrayList<>();
  private String volume = "";
  private String others = "";
  private boolean busy;
  private LvmSnapshots snapshots;

  @BeforeEach
  void make(Seed seed) {
    snapshots = new LvmSnapshots(this::run, OWNER, seed.random());
  }

  private String run(String... command) throws IOException {
    List<String> words = List.of(command);
    if (words.getFirst().equals("lvs")) {
      return "  WARNING: a disk is missing\n" + (words.contains("--select") ? others : volume);
    }
    commands.add(String.join(" ", words));
    if (busy && words.getFirst().equals("lvremove")) {
      throw new IOException("lvremove failed with exit code 5: in use");
    }
    return "";
  }

  private static BlockDevice device(BlockDevice.Kind kind) {
    return new BlockDevice(
        new BlockTopology.Node("dm-7", new DeviceNumber(253, 7), Path.of("/sys/none")),
        kind,
        100 * EXTENT,
        0,
        new BlockDevice.Traits(false, false, false, false, ""),
        "vg-root",
        "",
        "",
        "");
  }

  private static DeviceUse use(String type) {
    return use(type, new DeviceNumber(253, 7));
  }

  private static DeviceUse use(String type, DeviceNumber... devices) {
    FileSystem mounted =
        new FileSystem(
            new DeviceNumber(253, 7), type, "/dev/vg/root", List.of("/data"), Set.of(devices));
    return new DeviceUse(
        Optional.of("it is mounted at /data"), Map.of(0L, List.of(mounted)), List.of(), true);
  }

  private void thick(long freeExtents) {
    volume = "  vg|root|" + 100 * EXTENT + "||" + freeExtents * EXTENT + "|" + EXTENT + "\n";
  }

  private Path take() throws IOException {
    return snapshots.take(device(BlockDevice.Kind.LVM), use("ext4"));
  }

  /// The other half of what is free is left to others, and more than the volume is never needed.
  @ParameterizedTest
  @CsvSource({"2, 1", "81, 40", "1000, 101"})
  void aSnapshotTakesHalfOfWhatIsFreeAtMost(long free, long taken) throws IOException {
    thick(free);
    Path path = take();
    assertThat(path.toString()).matches("/dev/vg/cairn-[0-9a-f]{8}");
    assertThat(commands)
        .containsExactly(
            "lvcreate --yes --snapshot --name "
                + path.getFileName()
                + " --permission r --setactivationskip n --addtag cairn --addtag "
                + SELF
                + OWNER.pid()
                + " --size "
                + taken * EXTENT
                + "b vg/root");
  }

  @Test
  void ofAThinVolumeItTakesNoSpaceBeforehand() throws IOException {
    volume = "  vg|root|" + 100 * EXTENT + "|pool|0|" + EXTENT + "\n";
    take();
    assertThat(commands.getFirst()).doesNotContain("--size").endsWith(" vg/root");
  }

  @Test
  void withoutSpaceThereIsNoneAndItIsSaidWhy() {
    thick(1);
    assertThatThrownBy(this::take)
        .hasMessage(
            "there can be no snapshot of /dev/dm-7: the volume group vg has 4194304 bytes free,"
                + " too few for a snapshot");
    assertThat(commands).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"DISK", "CRYPT", "RAID", "PARTITION"})
  void onlyLogicalVolumesHaveSnapshots(BlockDevice.Kind kind) {
    thick(50);
    assertThat(snapshots.objection(device(kind), use("ext4")))
        .contains("it is no logical volume, of which LVM could take a snapshot");
    assertThat(snapshots.objection(device(BlockDevice.Kind.LVM), use("ext4"))).isEmpty();
  }

  /// What another machine overwrites is kept by nobody, so that a snapshot here would change.
  @ParameterizedTest
  @CsvSource({"gfs2", "ocfs2"})
  void whatOtherMachinesWriteToHasNone(String type) {
    thick(50);
    BlockDevice device = device(BlockDevice.Kind.LVM);
    assertThat(snapshots.objection(device, use(type)).orElseThrow())
        .contains("the " + type + " at /data is a cluster's");
    assertThatThrownBy(() -> snapshots.take(device, use(type)))
        .hasMessageContaining("other machines may write to it");
    assertThat(commands).isEmpty();
  }

  @Test
  void whatLiesOnSeveralDevicesHasNone() {
    thick(50);
    DeviceUse several = use("btrfs", new DeviceNumber(253, 7), new DeviceNumber(253, 8));
    assertThat(snapshots.objection(device(BlockDevice.Kind.LVM), several))
        .contains(
            "the btrfs at /data lies on other devices as well, of which snapshots would be of other"
                + " moments");
  }

  @Test
  void whatWasTakenIsRemovedOnce() throws IOException {
    thick(50);
    Path first = take();
    Path second = take();
    commands.clear();
    snapshots.remove(left::add);
    snapshots.remove(left::add);
    assertThat(commands)
        .containsExactlyInAnyOrder(
            "lvremove --yes vg/" + first.getFileName(),
            "lvremove --yes vg/" + second.getFileName());
    assertThat(left).isEmpty();
  }

  @Test
  void whatCannotBeRemovedIsTold() throws IOException {
    thick(50);
    take();
    busy = true;
    snapshots.remove(left::add);
    assertThat(left).hasSize(1);
    assertThat(left.getFirst())
        .startsWith("the snapshot vg/cairn-")
        .contains("could not be removed", "in use");
  }

  @Test
  void aSnapshotThatWasFullIsToldFromOneThatIsThere() {
    Path taken = Path.of("/dev/vg/cairn-1");
    volume = "  cairn-1|\n";
    assertThat(snapshots.loss(taken)).isEmpty();
    volume = "  cairn-1|snapshot invalid\n";
    assertThat(snapshots.loss(taken).orElseThrow()).contains("LVM gave the snapshot up");
    volume = "";
    assertThat(snapshots.loss(taken)).isEmpty();
  }

  @Test
  void whatAKilledBackupLeftBehindIsRemovedBeforeTheNext() throws IOException {
    thick(50);
    others =
        String.join(
            "\n",
            "  cairn-dead|cairn," + SELF + GONE,
            "  cairn-before|cairn,cairn.owner.77-aa__1_.1",
            "  cairn-alive|cairn," + SELF + OWNER.pid(),
            "  cairn-elsewhere|cairn,cairn.owner.5f-3a__2_." + GONE,
            "  somebodys|cairn",
            "  odd|cairn,cairn.owner.,cairn.owner.5f-3a__1_.x");
    take();
    assertThat(commands.subList(0, commands.size() - 1))
        .containsExactly("lvremove --yes vg/cairn-dead", "lvremove --yes vg/cairn-before");
    assertThat(snapshots.warnings())
        .containsExactly(
            "removed the snapshot vg/cairn-dead that a backup had left behind",
            "removed the snapshot vg/cairn-before that a backup had left behind");
  }
}
