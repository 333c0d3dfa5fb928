package cairn.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Makes a storage prove what the engine relies on: at init, before each garbage collection, and on
/// request. It works in a folder of its own, which it removes.
public final class Probe {
  private final RandomGenerator chance;
  private final Sleeper sleeper;
  private final Options options;

  /// How to wait; `Thread::sleep` outside of tests.
  public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  /// @param freeBytesMin less free space than this is warned of
  /// @param freeFilesMin if so many empty files cannot be made, that is warned of
  /// @param waivers the words of the properties that need not hold
  public record Options(long freeBytesMin, int freeFilesMin, Set<String> waivers) {
    public static final Options DEFAULT = new Options(1L << 30, 1_000, Set.of());

    /// For who does not ask for warnings, and waits for it.
    public static final Options NO_WARNINGS = new Options(0, 0, Set.of());

    public Options withWaivers(Set<String> newWaivers) {
      return new Options(freeBytesMin, freeFilesMin, Set.copyOf(newWaivers));
    }
  }

  public Probe(RandomGenerator chance, Sleeper sleeper, Options options) {
    this.chance = chance;
    this.sleeper = sleeper;
    this.options = options;
  }

  /// One result for each property, in the order of [Property]. When nothing can be written, or no
  /// space is left, the properties that could not be examined are absent.
  ///
  /// @throws IOException when interrupted
  public List<ProbeResult> run(DirectoryStorage storage) throws IOException {
    return new DirectoryProbe(storage, chance, sleeper, options).run();
  }
}
