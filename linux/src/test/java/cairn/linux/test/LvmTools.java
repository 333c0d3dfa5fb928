package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/// The tools of LVM2, which can make volume groups without the kernel's help as long as nothing is
/// activated. They see the given devices alone, and write nothing elsewhere.
public final class LvmTools {
  private final Path settings;

  public LvmTools(Path directory, LoopDevice... devices) throws IOException {
    StringBuilder filter = new StringBuilder();
    for (LoopDevice device : devices) {
      filter.append("\"a|^").append(device).append("$|\", ");
    }
    this.settings = Files.createDirectories(directory.resolve("etc"));
    Files.writeString(
        settings.resolve("lvm.conf"),
        """
        devices {
          filter = [ %s"r|.*|" ]
          use_devicesfile = 0
          obtain_device_list_from_udev = 0
        }
        global {
          use_lvmlockd = 0
          use_lvmpolld = 0
          locking_dir = "%s"
        }
        activation {
          udev_sync = 0
          udev_rules = 0
          monitoring = 0
        }
        backup {
          backup = 0
          archive = 0
        }
        """
            .formatted(filter, settings));
  }

  /// @param command such as `vgcreate group /dev/loop0`
  /// @return what it printed, without warnings
  public String run(String command) throws IOException {
    String all = "LVM_SYSTEM_DIR=" + settings + " LVM_SUPPRESS_FD_WARNINGS=1 ";
    int space = (command + " ").indexOf(' ');
    String output =
        Command.run(
            "sh",
            "-c",
            all + command.substring(0, space) + " --driverloaded n" + command.substring(space));
    return output
        .lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("WARNING: "))
        .collect(Collectors.joining("\n"));
  }

  /// @param arguments name, size, group, and the extents to take
  public void create(String arguments) throws IOException {
    String[] words = arguments.split(" ", -1);
    run(
        "lvcreate -an -Zn -Wn -n "
            + words[0]
            + " -L "
            + words[1]
            + " "
            + words[2]
            + " "
            + words[3]);
  }
}
