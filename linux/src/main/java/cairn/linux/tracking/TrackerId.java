package cairn.linux.tracking;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The identity of a tracker: what it marked says nothing of any other.
public record TrackerId(long high, long low) {
  public static TrackerId random(RandomGenerator chance) {
    return new TrackerId(chance.nextLong(), chance.nextLong());
  }

  /// 32 hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
