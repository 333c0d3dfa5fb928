package cairn.engine.capture;

import cairn.engine.ProcessLiveness;
import cairn.engine.Programs;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.repository.session.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Snapshots of logical volumes that LVM takes, for as long as a backup reads them. LVM has the
/// file system on it freeze for the moment, so that it is in order in the snapshot.
///
/// What is overwritten meanwhile goes to free space of the volume group. Where that runs out, the
/// kernel gives the snapshot up, and each read of it fails: no state between two moments is ever
/// read. Names begin with `cairn-`; a tag says whose they are, so that what a killed run left
/// behind is removed by the next one.
public final class LvmSnapshots {
  private static final String TAG = "cairn";
  private static final String OWNER = "cairn.owner.";
  private static final String SEPARATOR = "|";

  /// Of the space that is free, so much is left to others.
  private static final int FREE_PART = 2;

  private final Lvm lvm;
  private final Owner owner;
  private final RandomGenerator chance;
  private final Deque<String> taken = new ArrayDeque<>();
  private final List<String> warnings = new ArrayList<>();

  /// Runs a command of LVM.
  interface Lvm {
    /// @return what it printed
    /// @throws IOException with what it said, unless it went well
    String run(String... command) throws IOException;
  }

  LvmSnapshots(Lvm lvm, Owner owner, RandomGenerator chance) {
    this.lvm = lvm;
    this.owner = owner;
    this.chance = chance;
  }

  /// Of this machine's LVM.
  ///
  /// @param owner this process
  /// @param chance for names
  public static LvmSnapshots live(Owner owner, RandomGenerator chance) {
    return new LvmSnapshots(Programs::run, owner, chance);
  }

  /// A logical volume, and what its group has to spare.
  ///
  /// @param pool of thin volumes that it is in; empty when it is none
  /// @param extentBytes the unit of sizes in its group
  private record Origin(
      String group, String name, long sizeBytes, String pool, long freeBytes, long extentBytes) {
    static final String FIELDS = "vg_name,lv_name,lv_size,pool_lv,vg_free,vg_extent_size";

    static Origin of(List<String> fields) throws IOException {
      try {
        return new Origin(
            fields.get(0),
            fields.get(1),
            Long.parseLong(fields.get(2)),
            fields.get(3),
            Long.parseLong(fields.get(4)),
            Long.parseLong(fields.get(5)));
      } catch (NumberFormatException e) {
        throw new IOException("lvs answers what nobody asked for: " + fields, e);
      }
    }

    boolean isThin() {
      return !pool.isEmpty();
    }

    /// For what is overwritten. A snapshot as large as its volume is never full.
    long spaceBytes() {
      long most = Math.min(sizeBytes + extentBytes, freeBytes / FREE_PART);
      return most / extentBytes * extentBytes;
    }

    String path() {
      return group + "/" + name;
    }
  }

  /// Why there can be no snapshot of a device, half a sentence; empty when nothing is known against
  /// it.
  Optional<String> objection(BlockDevice device, DeviceUse use) {
    try {
      var _ = suitable(device, use);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// @throws IOException saying why there can be no snapshot of it
  private Origin suitable(BlockDevice device, DeviceUse use) throws IOException {
    Optional<String> others = use.othersWrite();
    if (others.isPresent()) {
      throw new IOException(others.get()); // past what keeps the snapshot as it was
    }
    for (FileSystem fileSystem : use.fileSystems()) {
      if (fileSystem.devices().size() > 1) {
        throw new IOException(
            "the "
                + fileSystem.type()
                + " at "
                + fileSystem.mountPoints().getFirst()
                + " lies on other devices as well, of which snapshots would be of other moments");
      }
    }
    if (device.kind() != BlockDevice.Kind.LVM) {
      throw new IOException("it is no logical volume, of which LVM could take a snapshot");
    }
    Origin origin = origin(device);
    if (!origin.isThin() && origin.spaceBytes() == 0) {
      throw new IOException(
          "the volume group "
              + origin.group
              + " has "
              + origin.freeBytes
              + " bytes free, too few for a snapshot");
    }
    return origin;
  }

  /// @return where the snapshot can be read, until [#remove]
  Path take(BlockDevice device, DeviceUse use) throws IOException {
    Origin origin;
    try {
      origin = suitable(device, use);
    } catch (IOException e) {
      throw new IOException(
          "there can be no snapshot of /dev/" + device.name() + ": " + e.getMessage(), e);
    }
    removeLeftovers(origin.group);
    String name = "cairn-" + HexFormat.of().toHexDigits(chance.nextInt());
    List<String> command = new ArrayList<>(List.of("lvcreate", "--yes", "--snapshot"));
    command.addAll(List.of("--name", name, "--permission", "r", "--setactivationskip", "n"));
    command.addAll(List.of("--addtag", TAG, "--addtag", tag()));
    if (!origin.isThin()) {
      command.addAll(List.of("--size", origin.spaceBytes() + "b"));
    }
    command.add(origin.path());
    var _ = lvm.run(command.toArray(String[]::new));
    taken.push(origin.group + "/" + name);
    return Path.of("/dev", origin.group, name);
  }

  /// Why a snapshot that was taken cannot be read any more, half a sentence; empty when it can.
  Optional<String> loss(Path taken) {
    try {
      boolean invalid =
          ask("lv_name,lv_snapshot_invalid", taken.toString()).stream()
              .anyMatch(each -> !each.getLast().isEmpty());
      return invalid
          ? Optional.of(
              "more was written to its volume meanwhile than there was free space for, so that LVM"
                  + " gave the snapshot up; free some space in the volume group, or back it up when"
                  + " less is written")
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // LVM does not know either
    }
  }

  /// Removes what was taken. To be called when nobody reads it any more.
  ///
  /// @param left is told what could not be, each a sentence
  public void remove(Consumer<String> left) {
    for (String path = taken.poll(); path != null; path = taken.poll()) {
      try {
        var _ = lvm.run("lvremove", "--yes", path);
      } catch (IOException e) {
        left.accept(
            "the snapshot "
                + path
                + " could not be removed, and takes space until the next backup of its group or"
                + " 'lvremove "
                + path
                + "' does it: "
                + e.getMessage());
      }
    }
  }

  /// What a person should know.
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private Origin origin(BlockDevice device) throws IOException {
    List<List<String>> found = ask(Origin.FIELDS, "/dev/mapper/" + device.label());
    if (found.size() != 1) {
      throw new IOException("lvs does not know /dev/mapper/" + device.label());
    }
    return Origin.of(found.getFirst());
  }

  private void removeLeftovers(String group) throws IOException {
    for (List<String> each : ask("lv_name,lv_tags", "--select", "lv_tags=" + TAG, group)) {
      String path = group + "/" + each.getFirst();
      if (List.of(each.getLast().split(",", -1)).stream().anyMatch(this::isGone)) {
        // Fails while it is open: then it is not ours to remove after all.
        var _ = lvm.run("lvremove", "--yes", path);
        warnings.add("removed the snapshot " + path + " that a backup had left behind");
      }
    }
  }

  private String tag() {
    return OWNER + machine() + "." + owner.pid();
  }

  // Tags do not take every character.
  private String machine() {
    return owner.bootId().replaceAll("[^A-Za-z0-9-]", "_");
  }

  private boolean isGone(String tag) {
    if (!tag.startsWith(OWNER)) {
      return false;
    }
    String rest = tag.substring(OWNER.length());
    int dot = rest.lastIndexOf('.');
    if (dot < 0 || !rest.substring(dot + 1).matches("[0-9]{1,18}")) {
      return false;
    }
    String machine = rest.substring(0, dot);
    if (machine.equals(machine())) {
      return ProcessLiveness.isGone(Long.parseLong(rest.substring(dot + 1)));
    }
    // Of this boot, but in another namespace of processes: nobody here can tell.
    return !boot(machine).equals(boot(machine()));
  }

  private static String boot(String machine) {
    return machine.replaceFirst("_.*", "");
  }

  /// @param arguments what is asked about
  private List<List<String>> ask(String fields, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("lvs", "--noheadings", "--nosuffix"));
    command.addAll(List.of("--units", "b", "--separator", SEPARATOR, "--options", fields));
    command.addAll(List.of(arguments));
    int count = fields.split(",", -1).length;
    // Warnings come in between, and have no separators.
    return lvm.run(command.toArray(String[]::new))
        .lines()
        .map(line -> List.of(line.strip().split("\\|", -1)))
        .filter(line -> line.size() == count)
        .toList();
  }
}
