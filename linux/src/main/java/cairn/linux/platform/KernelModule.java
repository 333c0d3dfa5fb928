package cairn.linux.platform;

import java.nio.file.Files;
import java.nio.file.Path;

/// Whether a driver, such as device-mapper's `dm-snapshot`, is there. Only looks: nothing is
/// loaded.
public enum KernelModule {
  /// Loaded, or built in.
  PRESENT,
  /// Not loaded; on disk for this kernel.
  LOADABLE,
  ABSENT;

  /// @param name with dashes, as in its file's name
  public static KernelModule read(Path root, String name) {
    // Built in without parameters it has no directory there.
    if (Files.isDirectory(root.resolve("sys/module").resolve(name.replace('-', '_')))) {
      return PRESENT;
    }
    String release = Text.of(root.resolve("proc/sys/kernel/osrelease"));
    Path modules = root.resolve("lib/modules").resolve(release.isEmpty() ? "unknown" : release);
    if (lists(modules.resolve("modules.builtin"), name)) {
      return PRESENT;
    }
    boolean closed = Text.of(root.resolve("proc/sys/kernel/modules_disabled")).equals("1");
    return !closed && lists(modules.resolve("modules.dep"), name) ? LOADABLE : ABSENT;
  }

  // kernel/drivers/md/dm-snapshot.ko.xz: kernel/drivers/md/dm-bufio.ko.xz
  private static boolean lists(Path list, String name) {
    String file = "/" + name + ".ko";
    return Text.of(list)
        .lines()
        .map(line -> line.replaceFirst(":.*", ""))
        .anyMatch(line -> line.replaceFirst("\\.(xz|zst|gz)$", "").endsWith(file));
  }
}
