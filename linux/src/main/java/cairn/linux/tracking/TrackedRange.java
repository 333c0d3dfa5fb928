package cairn.linux.tracking;

import cairn.linux.DeviceNumber;

/// What is tracked: a disk or a part of it, such as a partition.
///
/// @param disk the whole disk, never a partition of it
/// @param offset of the first byte, a multiple of 512
/// @param length in bytes, a multiple of 512
public record TrackedRange(DeviceNumber disk, long offset, long length) {
  static final int SECTOR_SHIFT = 9;
  private static final int SECTOR_BYTES = 1 << SECTOR_SHIFT;

  public TrackedRange {
    if (offset < 0 || length <= 0 || Math.addExact(offset, length) <= 0) {
      throw new IllegalArgumentException(length + " bytes at " + offset + " are no range");
    }
    if (offset % SECTOR_BYTES != 0 || length % SECTOR_BYTES != 0) {
      throw new IllegalArgumentException(
          length + " bytes at " + offset + " are not whole sectors of " + SECTOR_BYTES);
    }
  }

  long startSector() {
    return offset >> SECTOR_SHIFT;
  }

  long endSector() {
    return (offset + length) >> SECTOR_SHIFT;
  }

  @Override
  public String toString() {
    return length + " bytes at " + offset + " of device " + disk;
  }
}
