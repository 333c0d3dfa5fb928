package cairn.engine.capture;

import cairn.volume.NbdVolume;
import java.io.IOException;

/// What a dirty bitmap of QEMU says was written to before the moment that an export shows. It
/// begins where the snapshot ends that remembers its name, so a name must never be used twice.
///
/// Nobody writes to the export itself, or its server breaks its word.
public final class BitmapWrites implements Writes {
  private static final int BITMAP = 0;

  private final NbdVolume volume;
  private final String bitmap;
  private final String next;
  private int generation = BITMAP;

  private BitmapWrites(NbdVolume volume, String bitmap, String next) {
    this.volume = volume;
    this.bitmap = bitmap;
    this.next = next;
  }

  /// @param bitmap empty when there is none
  /// @param next the bitmap that was started at the moment that the export shows; empty when there
  ///   is none
  public static InUse of(NbdVolume volume, String bitmap, String next) {
    return new InUse(
        volume,
        new BitmapWrites(volume, bitmap, next),
        (still, ranges) -> ranges.range(0, volume.size()));
  }

  @Override
  public String tracker() {
    return bitmap;
  }

  @Override
  public Mark mark(int now) {
    return new Mark(next, BITMAP);
  }

  @Override
  public boolean isSeeing() {
    return true;
  }

  @Override
  public int generation() {
    return generation;
  }

  @Override
  public int advance() {
    return ++generation;
  }

  @Override
  public boolean since(int from, Ranges ranges) {
    if (from > BITMAP) {
      return true;
    }
    if (!volume.hasBitmap(bitmap)) {
      return false;
    }
    try {
      volume.dirty(bitmap, dirty -> ranges.range(dirty.offset(), dirty.length()));
      return true;
    } catch (IOException e) {
      return false; // then everything counts as written to
    }
  }

  @Override
  public void countAsWritten(long offset, long length) {
    // All that is in doubt is read.
  }
}
