package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.CollectSimulation.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The protocol of collection under many orders of steps: every call of a storage is a step, and
/// between two of them anybody else may run. `-Dschedules=N` says how many are tried by chance.
/// With `-Dorders=many`, small histories are gone through in all orders with more interruptions.
@Order(Order.DEFAULT - 1) // takes longest: begins first
final class CollectSimulationTest {
  private static final long SCHEDULES = Long.getLong("schedules", 100_000);
  private static final int SEARCHERS = 2;
  private static final boolean MANY = "many".equals(System.getProperty("orders"));

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

    /// On virtual threads, as the actors are, one for each core.
    @Nullable String firstViolation(long from, long schedules) throws Exception {
      AtomicLong next = new AtomicLong(from);
      AtomicReference<@Nullable String> found = new AtomicReference<>();
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> searchers = new ArrayList<>();
        for (int i = 0; i < SEARCHERS; i++) {
          searchers.add(executor.submit(() -> search(next, schedules, found)));
        }
        for (Future<?> searcher : searchers) {
          searcher.get();
        }
      }
      return found.get();
    }

    private @Nullable Void search(
        AtomicLong next, long schedules, AtomicReference<@Nullable String> found) throws Exception {
      while (found.get() == null) {
        long number = next.getAndIncrement();
        if (number >= schedules) {
          break;
        }
        found.compareAndSet(null, violation(number));
      }
      return null;
    }

    private @Nullable String violation(long number) throws Exception {
      Seed own = seed.split(number);
      RandomGenerator chance = own.random();
      Settings settings = Settings.byChance(chance, guard);
      double crashes = chance.nextInt(3) == 0 ? 0.003 : 0;
      Interleaving.Choice choice = Interleaving.byChance(chance, crashes);
      String violation = play(new CollectSimulation(start, own, settings, choice));
      boolean counts = violation != null && (guard == Guard.NONE || violation.contains("is lost"));
      return counts ? "schedule " + number + ": " + violation : null;
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
  void ordersOfAWriterAndACollector(Seed seed) throws Exception {
    Settings settings = Settings.plain(1, 1, Guard.NONE);
    assertThat(everyOrder(seed, settings, MANY ? 4 : 2)).isNull();
  }

  @Test
  void ordersOfTwoWritersAndTwoCollectors(Seed seed) throws Exception {
    Settings settings = Settings.plain(2, 2, Guard.NONE);
    assertThat(everyOrder(seed, settings, MANY ? 1 : 0)).isNull();
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
        CollectSimulation simulation =
            new CollectSimulation(start, seed.split(1), settings, orders);
        orders.begin(simulation::digest);
        String violation = executor.submit(() -> play(simulation)).get();
        if (violation != null) {
          return violation;
        }
      } while (orders.hasMore());
    }
    assertThat(orders.plays()).isGreaterThan(10);
    return null;
  }
}
