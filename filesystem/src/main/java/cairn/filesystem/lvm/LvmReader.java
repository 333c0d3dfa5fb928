package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The bytes of a logical volume. Closing it closes nothing.
final class LvmReader implements BlockReader {
  private final List<Piece> pieces;
  private final long size;

  /// A stretch of it.
  ///
  /// @param stripeBytes how much lies in one leg before the next one follows; all of it when there
  ///   is one leg
  /// @param legs each with just what belongs to this piece
  record Piece(long start, long length, long stripeBytes, List<BlockReader> legs) {
    Piece {
      legs = List.copyOf(legs);
    }

    long end() {
      return start + length;
    }

    /// How much can be had at once at an offset in this piece.
    long run(long offset, long length) {
      return Math.min(length, stripeBytes - offset % stripeBytes);
    }

    BlockReader leg(long offset) {
      return legs.get((int) (offset / stripeBytes % legs.size()));
    }

    long offsetInLeg(long offset) {
      return offset / stripeBytes / legs.size() * stripeBytes + offset % stripeBytes;
    }
  }

  /// @param pieces one behind the other
  LvmReader(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
    this.size = pieces.getLast().end();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return pieces.getFirst().legs().getFirst().blockSize();
  }

  /// Stripes are not looked into: they are data.
  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    check(offset, length);
    List<Extent> extents = new ArrayList<>();
    for (long at = offset; at < offset + length; ) {
      Piece piece = piece(at);
      long end = Math.min(offset + length, piece.end());
      if (piece.legs().size() > 1) {
        extents.add(new Extent(at, end - at, Extent.State.DATA));
      } else {
        BlockReader leg = piece.legs().getFirst();
        for (Extent extent : leg.extents(at - piece.start(), end - at)) {
          long start = piece.start() + extent.offset();
          extents.add(new Extent(start, extent.length(), extent.state()));
        }
      }
      at = end;
    }
    return extents;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    int done = 0;
    while (done < length) {
      Piece piece = piece(offset + done);
      long at = offset + done - piece.start();
      long most = Math.min(length - done, piece.length() - at);
      int run = (int) piece.run(at, most);
      piece.leg(at).read(piece.offsetInLeg(at), target, from + done, run);
      done += run;
    }
  }

  private Piece piece(long offset) {
    int low = 0;
    int high = pieces.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (offset < pieces.get(middle).end()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return pieces.get(low);
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a logical volume of " + size);
    }
  }

  @Override
  public void close() {}
}
