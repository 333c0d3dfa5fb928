package cairn.engine.retention;

import cairn.base.bytes.ObjectId;
import cairn.repository.config.Age;
import cairn.repository.config.Period;
import cairn.repository.config.Policy;
import cairn.repository.snapshot.Snapshot;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Applies a policy to the snapshots of one group. Pinned ones stay, and otherwise count for
/// nothing. The rules for the others are taken in order: the newest, those within a time, then
/// hourly to yearly. A rule looks only at what none before it keeps, and a span of which one is
/// kept already needs nothing more: so seven daily ones beside the last one are of seven days
/// before.
///
/// Time is when the repository received a snapshot; "within" counts back from the newest one of the
/// group. The clock of whoever runs this decides nothing (truth 10), so a policy applied again
/// keeps what it kept.
public final class Retention {
  private static final Comparator<Snapshot> NEWEST_FIRST =
      Comparator.comparing(Snapshot::received).thenComparing(Snapshot::id).reversed();

  private final Policy policy;
  private final ZoneId zone;
  private final Set<ObjectId> pinned;

  /// @param zone whose hours and days count
  /// @param pinned snapshots that stay
  public Retention(Policy policy, ZoneId zone, Set<ObjectId> pinned) {
    this.policy = policy;
    this.zone = zone;
    this.pinned = pinned;
  }

  /// @param group all snapshots of one group, in any order
  /// @return a verdict for each, the newest first
  public List<Verdict> judge(List<Snapshot> group) {
    List<Snapshot> all = group.stream().sorted(NEWEST_FIRST).toList();
    List<Snapshot> candidates =
        all.stream().filter(snapshot -> !pinned.contains(snapshot.id())).toList();
    Map<ObjectId, String> kept = new HashMap<>();
    keepLast(candidates, kept);
    policy.within().ifPresent(age -> keepWithin(age, all, candidates, kept));
    for (Period period : Period.values()) {
      keepEach(period, candidates, kept);
    }
    pinned.forEach(snapshot -> kept.put(snapshot, "pinned"));
    return all.stream()
        .map(snapshot -> new Verdict(snapshot, Optional.ofNullable(kept.get(snapshot.id()))))
        .toList();
  }

  private void keepLast(List<Snapshot> candidates, Map<ObjectId, String> kept) {
    for (int i = 0; i < Math.min(policy.last(), candidates.size()); i++) {
      kept.put(candidates.get(i).id(), "last " + (i + 1));
    }
  }

  private void keepWithin(
      Age age, List<Snapshot> all, List<Snapshot> candidates, Map<ObjectId, String> kept) {
    if (all.isEmpty()) {
      return;
    }
    Instant oldest = age.before(all.getFirst().received(), zone);
    for (Snapshot snapshot : candidates) {
      if (!snapshot.received().isBefore(oldest)) {
        kept.putIfAbsent(snapshot.id(), "within " + age);
      }
    }
  }

  private void keepEach(Period period, List<Snapshot> candidates, Map<ObjectId, String> kept) {
    Set<Object> covered = new HashSet<>();
    for (Snapshot snapshot : candidates) {
      if (kept.containsKey(snapshot.id())) {
        covered.add(span(period, snapshot));
      }
    }
    int count = 0;
    for (Snapshot snapshot : candidates) {
      if (count < policy.count(period)
          && !kept.containsKey(snapshot.id())
          && covered.add(span(period, snapshot))) {
        count++;
        kept.put(snapshot.id(), period.word() + " " + count);
      }
    }
  }

  /// What the moments of one span have in common, and no others of its kind.
  private Object span(Period period, Snapshot snapshot) {
    ZonedDateTime time = snapshot.received().atZone(zone);
    LocalDate date = time.toLocalDate();
    return switch (period) {
      // With its offset, because the hour that a change of clocks repeats is two hours.
      case HOURLY -> time.truncatedTo(ChronoUnit.HOURS).toOffsetDateTime();
      case DAILY -> date;
      case WEEKLY -> date.get(IsoFields.WEEK_BASED_YEAR) * 100 + week(date);
      case MONTHLY -> date.withDayOfMonth(1);
      case YEARLY -> date.getYear();
    };
  }

  private static int week(LocalDate date) {
    return date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
  }
}
