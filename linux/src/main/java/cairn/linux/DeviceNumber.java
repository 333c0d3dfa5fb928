package cairn.linux;

/// The kernel's name for a device: `8:16`.
public record DeviceNumber(int major, int minor) {
  /// @throws IllegalArgumentException when the text is not as [#toString] writes it
  public static DeviceNumber parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("no device number: " + text);
    }
    return new DeviceNumber(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
