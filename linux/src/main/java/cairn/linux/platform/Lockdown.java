package cairn.linux.platform;

import java.nio.file.Path;

/// What the kernel keeps even root from, `/sys/kernel/security/lockdown`: `none [integrity]
/// confidentiality`, the one in brackets holds.
public enum Lockdown {
  NONE,
  /// Root cannot change the kernel. Tracepoints and BPF work.
  INTEGRITY,
  /// Root cannot read the kernel either. Of tracing only typed BPF programs work.
  CONFIDENTIALITY,
  /// securityfs is not mounted, or the kernel is older than 5.4, or without it.
  UNKNOWN;

  public static Lockdown read(Path root) {
    String text = Text.of(root.resolve("sys/kernel/security/lockdown"));
    if (text.contains("[none]")) {
      return NONE;
    }
    if (text.contains("[integrity]")) {
      return INTEGRITY;
    }
    return text.contains("[confidentiality]") ? CONFIDENTIALITY : UNKNOWN;
  }
}
