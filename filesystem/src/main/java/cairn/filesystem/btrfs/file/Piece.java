package cairn.filesystem.btrfs.file;

import cairn.filesystem.btrfs.tree.FileExtent;
import cairn.filesystem.layout.Fields;

/// A piece of a file.
///
/// @param start where in the file
/// @param extentOffset which byte of the extent, decompressed, is its first
/// @param plainBytes of the whole extent, decompressed
/// @param address of the extent; 0 of a hole, of what was never written, and of inline data
record Piece(
    long start,
    long length,
    long extentOffset,
    long plainBytes,
    int compression,
    long address,
    long addressBytes,
    Fields inline) {
  private static final Fields NONE = Fields.littleEndian(new byte[0]);

  static Piece of(FileExtent extent) {
    if (extent.isInline()) {
      long bytes = extent.plainBytes();
      int compression = extent.compression();
      return new Piece(
          0, bytes, 0, bytes, compression, 0, 0, Fields.littleEndian(extent.inlineData()));
    }
    boolean written = !extent.isHole() && !extent.isPreallocated();
    return new Piece(
        extent.fileOffset(),
        extent.bytes(),
        extent.offset(),
        extent.plainBytes(),
        extent.compression(),
        written ? extent.address() : 0,
        extent.addressBytes(),
        NONE);
  }

  long end() {
    return start + length;
  }

  boolean isData() {
    return address != 0 || inline.size() > 0;
  }
}
