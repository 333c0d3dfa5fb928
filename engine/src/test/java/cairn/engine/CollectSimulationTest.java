package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.CollectSimulation.Settings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The protocol of collection under many orders of steps: every call of a storage is a step, and
/// between two of them anybody else may run. `-Dschedules=N` says how many are tried, and
/// `-Dinterruptions=N` how often somebody is interrupted where all orders are gone through.
@Order(Order.DEFAULT - 1) // takes longest: begins first
final class CollectSimulationTest {
  private static final long SCHEDULES = Long.getLong("schedules", 20_000);
  private static final int INTERRUPTIONS = Integer.getInteger("interruptions", 1);

  /// With which it is known when schedules lose something first, see [Guard#knownLoss].
  private static final Seed KNOWN = new Seed(1);

  private static final long SCHEDULES_UNGUARDED = 100_000;

  @Test
  void nothingIsLostAndNoGarbageIsKept(Seed seed) throws Exception {
    assertThat(new Search(seed, Guard.NONE).firstViolation(0, SCHEDULES)).isNull();
  }

  /// Each guard is there for a reason: without it, something is lost. Looked for from where it was
  /// found before, as finding it anew takes minutes.
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "INDEXES_AFTER_TOMBSTONES"})
  void withoutAGuardSomethingIsLost(Guard guard) throws Exception {
    String violation =
        new Search(KNOWN, guard).firstViolation(guard.knownLoss(), SCHEDULES_UNGUARDED);
    assertThat(violation).contains("is lost");
  }

  /// A search for a schedule that loses something.
  private static final class Search {
    private final Seed seed;
    private final Guard guard;
    private final CollectSimulation.Start start;

    Search(Seed seed, Guard guard) throws Exception {
      this.seed = seed;
      this.guard = guard;
      this.start = CollectSimulation.Start.of(seed);
    }

    /// On a virtual thread, as the actors are.
    @Nullable String firstViolation(long from, long schedules) throws Exception {
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        return executor.submit(() -> search(from, schedules)).get();
      }
    }

    private @Nullable String search(long from, long schedules) throws Exception {
      for (long number = from; number < schedules; number++) {
        Seed own = seed.split(number);
        RandomGenerator chance = own.random();
        Settings settings = Settings.byChance(chance, guard);
        double crashes = chance.nextInt(3) == 0 ? 0.003 : 0;
        Interleaving.Choice choice = Interleaving.byChance(chance, crashes);
        String violation = play(new CollectSimulation(start, own, settings, choice));
        if (violation != null && (guard == Guard.NONE || violation.contains("is lost"))) {
          return "schedule " + number + ": " + violation;
        }
      }
      return null;
    }
  }

  private static @Nullable String play(CollectSimulation simulation) throws Exception {
    simulation.run();
    return simulation.violations().isEmpty()
        ? null
        : simulation.violations() + "\n" + String.join("\n", simulation.play().history());
  }

  /// Every order in which those who run are interrupted so many times, beside where they end or
  /// wait.
  @Test
  void everyOrderWithFewInterruptions(Seed seed) throws Exception {
    assertThat(everyOrder(seed, Settings.plain(1, 1, Guard.NONE), INTERRUPTIONS)).isNull();
    assertThat(everyOrder(seed, Settings.plain(2, 2, Guard.NONE), INTERRUPTIONS - 1)).isNull();
  }

  /// This one takes two interruptions at the right places, which chance seldom thinks of.
  @Test
  void withoutIndexesAfterTombstonesSomethingIsLost() throws Exception {
    Settings settings = Settings.plain(1, 1, Guard.INDEXES_AFTER_TOMBSTONES);
    Seed wantsGarbage = new Seed(2); // the writer's content is what the collector removes
    assertThat(everyOrder(wantsGarbage, settings, 2)).contains("is lost");
  }

  private static @Nullable String everyOrder(Seed seed, Settings settings, int interruptions)
      throws Exception {
    CollectSimulation.Start start = CollectSimulation.Start.of(seed);
    AllOrders orders = new AllOrders(interruptions);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      do {
        orders.begin();
        CollectSimulation simulation = new CollectSimulation(start, seed, settings, orders);
        String violation = executor.submit(() -> play(simulation)).get();
        if (violation != null) {
          return violation;
        }
      } while (orders.hasMore());
    }
    return null;
  }

  /// Goes through all choices depth first, replaying the same ones up to the last that can change.
  private static final class AllOrders implements Interleaving.Choice {
    private final int interruptionsMax;
    private final Deque<int[]> trail = new ArrayDeque<>(); // chosen, count, costs
    private List<int[]> replay = List.of();
    private int interruptions;
    private int place;

    AllOrders(int interruptionsMax) {
      this.interruptionsMax = interruptionsMax;
    }

    void begin() {
      replay = new ArrayList<>(trail);
      trail.clear();
      interruptions = 0;
      place = 0;
    }

    @Override
    public int next(int count, boolean goesOn) {
      int chosen = place < replay.size() ? replay.get(place)[0] : 0;
      place++;
      boolean free = !goesOn || interruptions < interruptionsMax;
      trail.addLast(new int[] {chosen, free ? count : 1});
      interruptions += goesOn && chosen > 0 ? 1 : 0;
      return chosen;
    }

    boolean hasMore() {
      while (!trail.isEmpty()) {
        int[] last = trail.removeLast();
        if (last[0] + 1 < last[1]) {
          trail.addLast(new int[] {last[0] + 1, last[1]});
          return true;
        }
      }
      return false;
    }
  }
}
