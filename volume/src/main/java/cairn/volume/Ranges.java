package cairn.volume;

/// The contract of all readers and sinks on what may be asked for.
final class Ranges {
  private Ranges() {}

  /// @throws IllegalArgumentException when the range is not within a volume of `size` bytes
  static void check(long offset, long length, long size, String path) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within the " + size + " bytes of " + path);
    }
  }
}
