package cairn.linux.tracking;

import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.BpfMap;
import cairn.linux.bpf.Register;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether changes can be tracked here, found out without attaching anything.
///
/// @param kernelRelease as `uname -r` says it
/// @param way that will be taken; empty when there is none
/// @param typeInformation whether the kernel describes its own types
/// @param tracepoints whether tracefs can be read
/// @param refused why programs cannot be loaded; empty when they can
/// @param pinnable whether a tracker can go on without its process
public record TrackingSupport(
    String kernelRelease,
    Optional<Way> way,
    boolean typeInformation,
    boolean tracepoints,
    Optional<String> refused,
    boolean pinnable) {
  /// How programs are attached.
  public enum Way {
    /// To tracepoints with typed arguments: all devices.
    TYPED,
    /// To perf events of tracepoints: devices that take requests.
    PERF
  }

  private static final Pattern RELEASE =
      Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*", Pattern.DOTALL);

  /// @param proc where `/proc` is mounted
  public static TrackingSupport of(Kernel kernel, Path proc) throws IOException {
    String release =
        new String(Files.readAllBytes(proc.resolve("sys/kernel/osrelease")), StandardCharsets.UTF_8)
            .strip();
    boolean types = kernel.hasTypeInformation();
    boolean tracepoints = kernel.hasTracepoints() || (!types && canHaveTracepoints(kernel));
    Optional<String> refused = refusal();
    Optional<Way> way = Optional.empty();
    if (refused.isEmpty() && (types || tracepoints)) {
      way = Optional.of(types ? Way.TYPED : Way.PERF);
    }
    boolean pinnable = way.isPresent() && (types || isAtLeast(release, 5, 15));
    return new TrackingSupport(release, way, types, tracepoints, refused, pinnable);
  }

  public static TrackingSupport live() throws IOException {
    return of(Kernel.live(), Path.of("/proc"));
  }

  private static boolean canHaveTracepoints(Kernel kernel) throws IOException {
    try {
      kernel.blockEvents();
      return true;
    } catch (TrackerUnavailable e) {
      return false;
    }
  }

  /// Why writes to a disk cannot be seen; empty when they can. Attaches nothing.
  public static Optional<String> objection(DeviceNumber disk) throws IOException {
    Optional<String> refused = refusal();
    if (refused.isPresent()) {
      return refused;
    }
    try {
      Kernel.live().events(disk);
      return Optional.empty();
    } catch (TrackerUnavailable e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  // A map and a program that does nothing, both gone at once.
  private static Optional<String> refusal() throws IOException {
    byte[] nothing = new Assembler().move(Register.R0, 0).exit().assemble();
    try {
      BpfMap.create("cairn_probe", BpfMap.Shape.pages(1)).close();
      Bpf.load("cairn_probe", Bpf.Kind.TRACEPOINT, nothing).close();
      return Optional.empty();
    } catch (CallFailed e) {
      return Optional.of("programs cannot be loaded: " + e.getMessage());
    }
  }

  static boolean isAtLeast(String release, int major, int minor) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      return false;
    }
    int have = Integer.parseInt(matcher.group(1));
    return have > major || (have == major && Integer.parseInt(matcher.group(2)) >= minor);
  }
}
