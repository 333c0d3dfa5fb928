package cairn.linux;

/// The kernel's name for a device: `8:16`.
public record DeviceNumber(int major, int minor) {
  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
