package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.retention.ForgetPlan;
import cairn.engine.retention.Retention;
import cairn.engine.retention.Verdict;
import cairn.repository.config.Age;
import cairn.repository.config.Period;
import cairn.repository.config.Policy;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What a policy keeps, as tables: a line for each snapshot of a group with its time, whether it is
/// pinned, and the reason why it is kept, if it is.
final class RetentionTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void theLastOnes(Seed seed) {
    assertKept(
        "last 2",
        """
        2026-05-20T12:00Z last 1
        2026-05-20T11:00Z last 2
        2026-05-20T10:00Z
        2026-05-19T10:00Z
        """,
        seed);
    assertKept("last 5", "2026-05-20T12:00Z last 1", seed);
    assertKept("last 5", "", seed);
  }

  @Test
  void theNewestOfEachDayThatHasOne(Seed seed) {
    assertKept(
        "daily 3",
        """
        2026-05-20T12:00Z daily 1
        2026-05-20T11:59Z
        2026-05-18T23:30Z daily 2
        2026-05-18T22:00Z
        2026-05-18T21:59Z daily 3
        2026-05-17T23:30Z
        2025-01-01T00:00Z
        """,
        seed);
  }

  /// As in the help: each rule goes on where the one before it ends.
  @Test
  void oneRuleAfterTheOther(Seed seed) {
    assertKept(
        "last 1, daily 3, weekly 2, monthly 2, yearly 1",
        """
        2026-05-20T12:00Z last 1
        2026-05-20T06:00Z
        2026-05-19T12:00Z daily 1
        2026-05-18T12:00Z daily 2
        2026-05-17T12:00Z daily 3
        2026-05-16T12:00Z
        2026-05-11T12:00Z
        2026-05-10T12:00Z weekly 1
        2026-05-04T12:00Z
        2026-05-03T12:00Z weekly 2
        2026-05-01T12:00Z
        2026-04-26T12:00Z monthly 1
        2026-04-01T12:00Z
        2026-02-28T12:00Z monthly 2
        2026-01-31T12:00Z
        2025-12-30T12:00Z yearly 1
        2025-12-29T12:00Z
        2024-12-29T12:00Z
        """,
        seed);
  }

  @Test
  void allWithinATimeBeforeTheNewest(Seed seed) {
    assertKept(
        "within 1m, monthly 1",
        """
        2026-03-31T10:00Z within 1m
        2026-03-10T10:00Z within 1m
        2026-02-28T11:00Z within 1m
        2026-02-28T10:59Z
        2026-01-20T10:00Z monthly 1
        2025-12-20T10:00Z
        """,
        seed);
  }

  /// It plays no part how long ago that was.
  @Test
  void aGroupWithoutNewSnapshotsLosesNothing(Seed seed) {
    assertKept(
        "within 2d",
        """
        1999-05-20T12:00Z within 2d
        1999-05-18T12:00Z within 2d
        """,
        seed);
  }

  @Test
  void pinnedOnesStayAndCountForNothing(Seed seed) {
    assertKept(
        "last 2, daily 2",
        """
        2026-05-20T12:00Z pinned
        2026-05-20T11:00Z last 1
        2026-05-20T10:00Z last 2
        2026-05-20T09:00Z
        2026-05-19T12:00Z pinned
        2026-05-19T11:00Z daily 1
        2026-05-19T10:00Z
        2026-05-18T12:00Z pinned
        2026-05-17T11:00Z daily 2
        2026-05-16T11:00Z
        2026-05-15T11:00Z pinned
        """,
        seed);
  }

  @Test
  void withinIsCountedFromTheNewestEvenWhenThatIsPinned(Seed seed) {
    assertKept(
        "within 1d",
        """
        2026-05-20T12:00Z pinned
        2026-05-19T12:00Z within 1d
        2026-05-19T11:59Z
        """,
        seed);
  }

  /// At 3 o'clock it became 2 o'clock again.
  @Test
  void theHourThatComesTwiceIsTwoHours(Seed seed) {
    assertKept(
        "hourly 4",
        """
        2026-10-25T03:10+01:00 hourly 1
        2026-10-25T02:50+01:00 hourly 2
        2026-10-25T02:10+01:00
        2026-10-25T02:50+02:00 hourly 3
        2026-10-25T02:10+02:00
        2026-10-25T01:50+02:00 hourly 4
        2026-10-25T00:50+02:00
        """,
        seed);
  }

  @Test
  void theDayOf25HoursIsOneDay(Seed seed) {
    assertKept(
        "daily 2",
        """
        2026-10-25T23:30+01:00 daily 1
        2026-10-25T12:00+01:00
        2026-10-25T00:00+02:00
        2026-10-24T23:59+02:00 daily 2
        2026-10-23T23:59+02:00
        """,
        seed);
    assertKept(
        "daily 2",
        """
        2026-03-29T03:00+02:00 daily 1
        2026-03-29T01:59+01:00
        2026-03-29T00:00+01:00
        2026-03-28T23:59+01:00 daily 2
        """,
        seed);
  }

  /// The week from 2026-12-28 on is the 53rd of 2026, and goes on in 2027.
  @Test
  void aWeekDoesNotEndWithTheYear(Seed seed) {
    assertKept(
        "weekly 3",
        """
        2027-01-04T00:00+01:00 weekly 1
        2027-01-03T23:59+01:00 weekly 2
        2027-01-01T12:00+01:00
        2026-12-31T12:00+01:00
        2026-12-28T00:00+01:00
        2026-12-27T23:59+01:00 weekly 3
        2026-01-01T12:00+01:00
        2025-12-29T12:00+01:00
        """,
        seed);
    assertKept(
        "weekly 9, yearly 9",
        """
        2027-01-01T12:00+01:00 weekly 1
        2026-12-31T12:00+01:00
        2026-01-01T12:00+01:00 weekly 2
        2025-12-31T12:00+01:00 yearly 1
        2025-12-29T12:00+01:00
        """,
        seed);
  }

  /// In the week of a month's end the newest of the month is kept, though a newer one of that week
  /// is kept already.
  @Test
  void aMonthIsNotCoveredByAWeek(Seed seed) {
    assertKept(
        "weekly 1, monthly 2",
        """
        2026-04-01T12:00Z weekly 1
        2026-03-31T12:00Z monthly 1
        2026-03-29T12:00Z
        2026-02-28T12:00Z monthly 2
        """,
        seed);
  }

  @Test
  void ofEqualTimesTheGreaterIdIsTheNewer() {
    Instant time = Instant.parse("2026-05-20T12:00:00Z");
    Snapshot less = snapshot(new ObjectId(1, 5), time);
    Snapshot greater = snapshot(new ObjectId(-1, 5), time); // ids are unsigned
    for (List<Snapshot> order : List.of(List.of(less, greater), List.of(greater, less))) {
      assertThat(new Retention(policy("last 1"), BERLIN, Set.of()).judge(order))
          .containsExactly(
              new Verdict(greater, Optional.of("last 1")), new Verdict(less, Optional.empty()));
    }
  }

  @Test
  void whateverThePolicyTheNewestStaysAndSoDoesWhatWasKeptBefore(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 2000; round++) {
      List<Snapshot> group = randomGroup(chance);
      Set<ObjectId> pinned = randomPins(group, chance);
      Retention retention = new Retention(randomPolicy(chance), BERLIN, pinned);
      List<Verdict> verdicts = retention.judge(group);
      assertThat(verdicts).extracting(Verdict::snapshot).containsExactlyInAnyOrderElementsOf(group);
      assertThat(verdicts.getFirst().isKept()).as("the newest").isTrue();
      List<Snapshot> kept =
          verdicts.stream().filter(Verdict::isKept).map(Verdict::snapshot).toList();
      assertThat(kept).extracting(Snapshot::id).containsAll(pinned);
      assertThat(retention.judge(kept)).as("again").allMatch(Verdict::isKept);
    }
  }

  @Test
  void groupsWithoutAPolicyAreLeftAloneAndTheOldestGoesFirst() {
    List<Snapshot> snapshots = new ArrayList<>();
    for (int day = 1; day <= 4; day++) {
      for (String group : List.of("b", "a", "c")) {
        Instant time = Instant.parse("2026-05-0" + day + "T12:00:00Z");
        snapshots.add(snapshot(group, new ObjectId(day, group.charAt(0)), time));
      }
    }
    Map<String, Policy> policies = Map.of("a", policy("last 1"), "b", policy("last 3"));
    ForgetPlan plan =
        ForgetPlan.of(
            snapshots, group -> Optional.ofNullable(policies.get(group)), Set.of(), BERLIN);
    assertThat(plan.groups()).extracting(ForgetPlan.OfGroup::group).containsExactly("a", "b");
    assertThat(plan.forgotten())
        .extracting(each -> each.group() + each.id().high())
        .containsExactly("a1", "b1", "a2", "a3");
  }

  private static List<Snapshot> randomGroup(RandomGenerator chance) {
    List<Snapshot> group = new ArrayList<>();
    int count = 1 + chance.nextInt(40);
    long step = 1L + chance.nextInt(2_000_000);
    for (int i = 0; i < count; i++) {
      Instant time = Instant.ofEpochSecond(1_790_000_000L + chance.nextInt(count) * step);
      group.add(snapshot(ObjectId.random(chance), time));
    }
    return group;
  }

  private static Set<ObjectId> randomPins(List<Snapshot> group, RandomGenerator chance) {
    Set<ObjectId> pinned = new HashSet<>();
    for (Snapshot snapshot : group) {
      if (chance.nextInt(5) == 0) {
        pinned.add(snapshot.id());
      }
    }
    return pinned;
  }

  private static Policy randomPolicy(RandomGenerator chance) {
    Map<Period, Integer> periods = new EnumMap<>(Period.class);
    for (Period period : Period.values()) {
      periods.put(period, Math.max(0, chance.nextInt(8) - 4));
    }
    Optional<Age> within =
        chance.nextBoolean()
            ? Optional.empty()
            : Optional.of(new Age(0, chance.nextInt(3), 0, chance.nextInt(9), 1));
    int last = Math.max(0, chance.nextInt(6) - 3);
    boolean nothing =
        last == 0 && within.isEmpty() && periods.values().stream().allMatch(n -> n == 0);
    return new Policy(nothing ? 1 : last, within, periods);
  }

  /// @param table the newest first; given to the policy in any order
  private static void assertKept(String policy, String table, Seed seed) {
    List<Snapshot> group = new ArrayList<>();
    Set<ObjectId> pinned = new HashSet<>();
    List<String> expected = table.lines().toList();
    for (String line : expected) {
      int end = line.indexOf('Z') < 0 ? 22 : line.indexOf('Z') + 1;
      Instant time = OffsetDateTime.parse(line.substring(0, end)).toInstant();
      Snapshot snapshot = snapshot(new ObjectId(group.size(), 0), time);
      group.add(snapshot);
      if (line.endsWith(" pinned")) {
        pinned.add(snapshot.id());
      }
    }
    Collections.shuffle(group, seed.random());
    List<String> found =
        new Retention(policy(policy), BERLIN, pinned)
            .judge(group).stream()
                .map(verdict -> {
                  String line = expected.get((int) verdict.snapshot().id().high());
                  String time = line.split(" ", 2)[0];
                  return verdict.reason().map(reason -> time + " " + reason).orElse(time);
                })
                .toList();
    assertThat(found).as(policy).isEqualTo(expected);
  }

  /// Reads `last 2, within 30d, daily 7`.
  private static Policy policy(String text) {
    Map<Period, Integer> periods = new EnumMap<>(Period.class);
    int last = 0;
    Optional<Age> within = Optional.empty();
    for (String rule : text.split(", ", -1)) {
      String[] words = rule.split(" ", -1);
      switch (words[0]) {
        case "last" -> last = Integer.parseInt(words[1]);
        case "within" -> within = Optional.of(Age.parse(words[1]));
        default ->
            periods.put(
                Period.valueOf(words[0].toUpperCase(Locale.ROOT)), Integer.parseInt(words[1]));
      }
    }
    Policy policy = new Policy(last, within, periods);
    assertThat(policy).hasToString(text);
    return policy;
  }

  private static Snapshot snapshot(ObjectId id, Instant received) {
    return snapshot("group", id, received);
  }

  private static Snapshot snapshot(String group, ObjectId id, Instant received) {
    Details details =
        new Details(
            Optional.empty(),
            "host",
            "cairn",
            List.of(),
            true,
            Instant.EPOCH,
            List.of(),
            new Counts(0, 0, 0, 0, 0, 0));
    return new Snapshot(id, new ObjectId(0, 0), group, received, details);
  }
}
