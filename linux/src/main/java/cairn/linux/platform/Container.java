package cairn.linux.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The container that this process is in: it shows neither all devices nor all mounts of the
/// machine.
public final class Container {
  private static final Pattern IN_ENVIRONMENT = Pattern.compile("(?:^|\0)container=([^\0]+)");
  private static final Pattern IN_CGROUP =
      Pattern.compile("(docker|kubepods|libpod|lxc|garden|containerd)");

  private Container() {}

  /// `docker`, `lxc` and so on; empty outside of any, as far as can be told.
  public static Optional<String> read(Path root) {
    Matcher environment = IN_ENVIRONMENT.matcher(Text.of(root.resolve("proc/1/environ")));
    if (environment.find()) {
      return Optional.of(environment.group(1));
    }
    String told = Text.of(root.resolve("run/systemd/container"));
    if (!told.isEmpty()) {
      return Optional.of(told);
    }
    if (Files.exists(root.resolve("run/.containerenv"))) {
      return Optional.of("podman");
    }
    if (Files.exists(root.resolve(".dockerenv"))) {
      return Optional.of("docker");
    }
    Matcher cgroup = IN_CGROUP.matcher(Text.of(root.resolve("proc/1/cgroup")));
    return cgroup.find() ? Optional.of(cgroup.group(1)) : ofSharedKernel(root);
  }

  private static Optional<String> ofSharedKernel(Path root) {
    if (Files.exists(root.resolve("proc/vz")) && !Files.exists(root.resolve("proc/bc"))) {
      return Optional.of("openvz");
    }
    String release = Text.of(root.resolve("proc/sys/kernel/osrelease")).toLowerCase(Locale.ROOT);
    return release.contains("microsoft") || release.endsWith("-wsl")
        ? Optional.of("wsl")
        : Optional.empty();
  }
}
