package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Very many damaged images, all in memory: whatever they say, everything that reads them ends,
/// takes little memory, and tells problems and errors only. Or parts of images, of which far more
/// can be looked at in the same time.
///
/// How many says the system property `onslaught`; the numbers lie in `target/onslaught-NAME.txt`. A
/// round depends on the seed and its number alone, and one that fails leaves its image in `target`.
public final class Onslaught {
  private static final int FEW = 1_000;
  private static final long ROUNDS = Long.getLong("onslaught", FEW);
  private static final int THREADS = 2;
  private static final long PATIENCE_MILLIS = 120_000;

  /// What all that happens to an image may allocate, one thing after the other.
  private static final long BYTES_MAX = 2L << 30;

  /// A sound image, and how to damage it.
  @FunctionalInterface
  public interface Target {
    /// The same image each time, damaged in another way. The one before is not used any more.
    BlockReader damaged(RandomGenerator random) throws IOException, CorruptData;

    /// Does to the image that was damaged last what is to be done.
    ///
    /// @return whether anything is told
    default boolean look(BlockReader image, RandomGenerator random) throws IOException {
      return Survivor.saysAnything(image, random);
    }
  }

  /// Makes targets that share nothing that is written to, one for each thread.
  @FunctionalInterface
  public interface Maker {
    Target make() throws IOException, CorruptData;
  }

  private final String name;
  private final List<Maker> makers;
  private final Seed seed;
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong told = new AtomicLong();
  private final AtomicLong most = new AtomicLong();
  private final List<Throwable> failures = new ArrayList<>();

  public Onslaught(String name, List<Maker> makers, Seed seed) {
    this.name = name;
    this.makers = List.copyOf(makers);
    this.seed = seed;
  }

  public void run() throws IOException, InterruptedException {
    List<Worker> workers = new ArrayList<>();
    for (int index = 0; index < THREADS; index++) {
      workers.add(new Worker());
    }
    workers.forEach(Worker::start);
    for (Worker worker : workers) {
      long seen = -1;
      while (worker.isAlive() && worker.round != seen) {
        seen = worker.round;
        worker.join(PATIENCE_MILLIS);
      }
      if (worker.isAlive()) {
        fail(worker.round, hanging(worker));
      }
    }
    String numbers =
        (next.get() - THREADS + " images, " + told + " told damaged, at most ")
            + ((most.get() >> 20) + " MiB allocated for one\n");
    Files.writeString(Path.of("target", "onslaught-" + name + ".txt"), numbers);
    assertThat(failures).isEmpty();
    assertThat(told.get()).as(numbers).isGreaterThan(ROUNDS / 3);
  }

  private static Throwable hanging(Thread thread) {
    AssertionError error = new AssertionError("it does not end");
    error.setStackTrace(thread.getStackTrace());
    return error;
  }

  private void fail(long round, Throwable why) {
    synchronized (failures) {
      failures.add(new AssertionError("round " + round + " of " + name + ", " + seed, why));
    }
  }

  private final class Worker extends Thread {
    private final ThreadMXBean meter = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private volatile long round;

    private Worker() {
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        List<Target> targets = new ArrayList<>();
        for (Maker maker : makers) {
          targets.add(maker.make());
        }
        round = next.getAndIncrement();
        while (round < ROUNDS && failures.isEmpty()) {
          round(targets);
          round = next.getAndIncrement();
        }
      } catch (IOException | CorruptData | RuntimeException | Error e) {
        fail(round, e);
      }
    }

    private void round(List<Target> targets) throws IOException, CorruptData {
      RandomGenerator random = seed.split(round).random();
      Target target = targets.get(random.nextInt(targets.size()));
      BlockReader image = target.damaged(random);
      long before = meter.getCurrentThreadAllocatedBytes();
      try {
        if (target.look(image, random)) {
          told.incrementAndGet();
        }
        long bytes = meter.getCurrentThreadAllocatedBytes() - before;
        most.accumulateAndGet(bytes, Math::max);
        assertThat(bytes).as("bytes allocated").isLessThan(BYTES_MAX);
      } catch (IOException | RuntimeException | Error e) {
        keep(image);
        throw e;
      }
    }

    private void keep(BlockReader image) throws IOException {
      byte[] bytes = new byte[(int) image.size()];
      image.read(0, bytes, 0, bytes.length);
      Files.write(Path.of("target", "onslaught-" + name + "-" + round + ".image"), bytes);
    }
  }
}
