package cairn.engine.capture;

import cairn.volume.OverlayVolume;
import java.util.Optional;

/// What an overlay says was written since the snapshot that it stands on. Nobody writes to it while
/// it is read.
public final class OverlayWrites implements Writes {
  private static final int SINCE_BASE = 0;

  private final OverlayVolume volume;
  private int generation = SINCE_BASE;

  private OverlayWrites(OverlayVolume volume) {
    this.volume = volume;
  }

  public static InUse of(OverlayVolume volume) {
    return new InUse(
        volume, new OverlayWrites(volume), (still, ranges) -> ranges.range(0, volume.size()));
  }

  /// The next run asks the overlay itself.
  @Override
  public String tracker() {
    return "";
  }

  @Override
  public Optional<String> base() {
    return Optional.of(volume.base());
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
    if (from <= SINCE_BASE) {
      volume.changes(change -> ranges.range(change.offset(), change.length()));
    }
    return true;
  }

  @Override
  public void countAsWritten(long offset, long length) {
    // All that is in doubt is read.
  }
}
