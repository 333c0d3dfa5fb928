package cairn.filesystem.partition;

import java.util.Optional;

/// A partition, as its table describes it.
///
/// @param number as in the name of its device
/// @param offset in bytes from the start of the disk
/// @param length in bytes, more than 0
/// @param type a GUID in a GPT, two hexadecimal digits in an MBR
public record Partition(
    int number,
    long offset,
    long length,
    String type,
    Optional<String> uuid,
    Optional<String> label) {
  public long end() {
    return offset + length;
  }
}
