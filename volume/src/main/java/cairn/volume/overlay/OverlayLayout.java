package cairn.volume.overlay;

/// Where things lie in an overlay: pairs of pages, then the volume's units, each where it lies in
/// the volume.
///
/// | offset          | bytes          | content                                     |
/// |----------------:|---------------:|---------------------------------------------|
/// |               0 |           8192 | header, a pair of [pages][Page]             |
/// |            8192 |       8192 · n | maps of units, a pair for each 16,256 units |
/// | [#dataOffset()] | size of volume | units, sparse                               |
///
/// @param size of the volume
record OverlayLayout(long size) {
  /// More than any volume has, and small enough that no sum overflows.
  static final long SIZE_MAX = 1L << 56;

  private static final long DATA_ALIGNMENT = 1 << 20;

  long units() {
    return (size + OverlayHeader.UNIT_BYTES - 1) / OverlayHeader.UNIT_BYTES;
  }

  int maps() {
    return Math.toIntExact((units() + UnitMap.UNITS - 1) / UnitMap.UNITS);
  }

  long dataOffset() {
    long pages = Page.offset(1 + maps(), 0);
    return (pages + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT;
  }

  long fileBytes() {
    return dataOffset() + size;
  }
}
