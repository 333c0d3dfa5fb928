package cairn.base.test;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Where all chance of a test comes from. A test declares a parameter `Seed seed`; when it fails,
/// the line that replays it is printed.
///
/// The value is the system property `seed`, where `any` stands for one drawn for the whole run;
/// else the same each time.
public record Seed(long value) {
  private static final String ALGORITHM = "L64X128MixRandom";

  /// The same sequence each time it is called.
  public RandomGenerator random() {
    return RandomGeneratorFactory.of(ALGORITHM).create(value);
  }

  /// An independent seed, for the `number`-th repetition within one test.
  public Seed split(long number) {
    return new Seed(value * 0x9E3779B97F4A7C15L + number * 0xBF58476D1CE4E5B9L + 1);
  }

  /// `length` random bytes, the same each time it is called.
  public byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random().nextBytes(bytes);
    return bytes;
  }

  String replay() {
    return "replay: mvn verify -Dseed=" + value;
  }
}
