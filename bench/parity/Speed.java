import cairn.base.bytes.ObjectId;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityShape;
import cairn.repository.parity.ParityTable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;

/// How fast packs of 32 MiB get their parity, and how fast one comes back, on one core.
///
/// ```
/// mvn -q -DskipTests package && bench/parity/run
/// ```
public final class Speed {
  private static final int PACK_BYTES = 32 << 20;
  private static final int BLOBS_END = PACK_BYTES - 13_001;
  private static final int ROUNDS = 150;

  /// Time on the core, so that other work on the machine does not count.
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Speed() {}

  public static void main(String... arguments) throws Exception {
    System.out.println("percent  section  write GB/s  check GB/s  restore a sector GB/s");
    for (int percent : new int[] {2, 1, 5, 10, 50, 2}) {
      measure(percent);
    }
  }

  private static void measure(int percent) throws Exception {
    ObjectId id = new ObjectId(1, 2);
    ParityShape shape = ParityShape.of(PACK_BYTES, percent).orElseThrow();
    ParityPlace place = new ParityPlace(id, id, BLOBS_END, shape);
    byte[] pack = new byte[PACK_BYTES + place.sectionBytes() + 1024];
    new Random(1).nextBytes(pack);
    byte[] whole = Arrays.copyOf(pack, place.tailOffset() + PACK_BYTES - BLOBS_END);
    double write = speed(() -> Parity.write(place, whole));
    double check = speed(() -> Parity.check(place, whole));
    ParityTable table = ParityTable.find(id, whole, id);
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 10 << 20, (10 << 20) + 4096, (byte) 1);
    double restore = speed(() -> Parity.restore(table, damaged));
    System.out.printf(
        "%7d  %4d KiB  %10.2f  %10.2f  %21.2f%n",
        percent, place.sectionBytes() >> 10, write, check, restore);
  }

  private interface Work {
    void run() throws Exception;
  }

  /// The median of many rounds, the first third of which only warms up.
  private static double speed(Work work) throws Exception {
    long[] nanos = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      work.run();
      nanos[round] = THREADS.getCurrentThreadCpuTime() - start;
    }
    long[] warm = Arrays.copyOfRange(nanos, ROUNDS / 3, ROUNDS);
    Arrays.sort(warm);
    return (double) PACK_BYTES / warm[warm.length / 2];
  }
}
