package cairn.volume.overlay;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The content of a page that says of [#UNITS] units where they are to be read: two bits for each,
/// the lower ones first. Safe for use by several threads.
///
/// Bits are changed when the data that they point to has been written; a copy that is to be made
/// durable is taken before that data is synced.
final class UnitMap {
  static final int UNITS = Page.CONTENT_BYTES * 4;

  /// Where a unit is to be read.
  enum Place {
    /// From what the overlay stands on.
    BELOW(0),
    /// From the overlay.
    HERE(1),
    /// It is all zeros.
    ZERO(2);

    private final int bits;

    Place(int bits) {
      this.bits = bits;
    }

    private static Place of(int bits) {
      return bits == BELOW.bits ? BELOW : bits == HERE.bits ? HERE : ZERO;
    }
  }

  private final byte[] bits;
  private long sequence;
  private boolean changed;

  UnitMap() {
    this(new byte[Page.CONTENT_BYTES], 0);
  }

  /// @param sequence of the page that it was read from; 0 if there is none
  UnitMap(byte[] bits, long sequence) {
    this.bits = bits;
    this.sequence = sequence;
  }

  /// Whether every unit has a place that there is.
  boolean isSound() {
    for (byte four : bits) {
      if ((four & (four >> 1) & 0x55) != 0) {
        return false;
      }
    }
    return true;
  }

  synchronized Place place(int unit) {
    return Place.of((bits[unit / 4] >> (unit % 4 * 2)) & 3);
  }

  synchronized void set(int from, int to, Place place) {
    for (int unit = from; unit < to; unit++) {
      int shift = unit % 4 * 2;
      int four = (bits[unit / 4] & ~(3 << shift)) | (place.bits << shift);
      changed |= bits[unit / 4] != (byte) four;
      bits[unit / 4] = (byte) four;
    }
  }

  /// A page of what is to be made durable; null when that is durable already, or on its way.
  synchronized @Nullable Page takeChanged(int pair) {
    if (!changed) {
      return null;
    }
    return take(pair);
  }

  /// The next page, whether anything has changed or not.
  synchronized Page take(int pair) {
    changed = false;
    sequence++;
    return new Page(pair, sequence, Arrays.copyOf(bits, bits.length));
  }
}
