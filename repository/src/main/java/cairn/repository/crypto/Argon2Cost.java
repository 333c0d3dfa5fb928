package cairn.repository.crypto;

import java.util.Locale;

/// What one guess at a passphrase costs. Bounded, so that a forged config can neither demand all
/// memory nor run for hours.
///
/// @param memoryKib memory in KiB
/// @param iterations passes over the memory
/// @param lanes degree of parallelism that an attacker is granted; Cairn computes them in sequence
public record Argon2Cost(int memoryKib, int iterations, int lanes) {
  public static final int MEMORY_KIB_MIN = 1 << 10;
  public static final int MEMORY_KIB_MAX = 1 << 20;
  public static final int ITERATIONS_MAX = 64;
  public static final int LANES_MAX = 4;

  /// Memory times iterations: about 20 seconds.
  public static final long WORK_KIB_MAX = 4L << 20;

  /// The second choice of RFC 9106 section 4, with fewer lanes: 64 MiB, three passes.
  public static final Argon2Cost DEFAULT = new Argon2Cost(64 << 10, 3, 2);

  public Argon2Cost {
    check("memory in KiB", memoryKib, MEMORY_KIB_MIN, MEMORY_KIB_MAX);
    check("iterations", iterations, 1, ITERATIONS_MAX);
    check("lanes", lanes, 1, LANES_MAX);
    check("memory times iterations", (long) memoryKib * iterations, 1, WORK_KIB_MAX);
  }

  private static void check(String field, long have, long least, long most) {
    if (have < least || have > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Argon2id %s is %d, not %d..%d", field, have, least, most));
    }
  }
}
