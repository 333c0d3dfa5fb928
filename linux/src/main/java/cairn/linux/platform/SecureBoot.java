package cairn.linux.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether the firmware checked who signed the kernel, by the variable `SecureBoot` (UEFI
/// specification, section 3.3). As efivarfs shows it: 4 bytes of attributes, 1 byte of value.
public enum SecureBoot {
  ON,
  OFF,
  /// Not booted by UEFI.
  NO_UEFI,
  /// UEFI, but its variables are not mounted, or make no sense.
  UNKNOWN;

  private static final String VARIABLE =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

  public static SecureBoot read(Path root) {
    if (!Files.isDirectory(root.resolve("sys/firmware/efi"))) {
      return NO_UEFI;
    }
    try {
      byte[] variable = Files.readAllBytes(root.resolve(VARIABLE));
      if (variable.length != 5 || variable[4] < 0 || variable[4] > 1) {
        return UNKNOWN;
      }
      return variable[4] == 1 ? ON : OFF;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
