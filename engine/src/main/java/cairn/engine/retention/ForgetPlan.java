package cairn.engine.retention;

import cairn.base.bytes.ObjectId;
import cairn.repository.config.Policy;
import cairn.repository.snapshot.Snapshot;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What is to be forgotten, decided before anything is.
///
/// @param groups those that have a policy, by name
public record ForgetPlan(List<OfGroup> groups) {
  public ForgetPlan {
    groups = List.copyOf(groups);
  }

  /// What becomes of the snapshots of one group.
  ///
  /// @param verdicts the newest snapshot first
  public record OfGroup(String group, Policy policy, List<Verdict> verdicts) {
    public OfGroup {
      verdicts = List.copyOf(verdicts);
    }

    public List<Snapshot> forgotten() {
      return verdicts.stream().filter(verdict -> !verdict.isKept()).map(Verdict::snapshot).toList();
    }
  }

  /// @param policies the policy of a group; groups without are left alone
  /// @param pinned snapshots that stay
  /// @param zone whose hours and days count
  public static ForgetPlan of(
      List<Snapshot> snapshots,
      Function<String, Optional<Policy>> policies,
      Set<ObjectId> pinned,
      ZoneId zone) {
    Map<String, List<Snapshot>> byGroup =
        snapshots.stream()
            .collect(Collectors.groupingBy(Snapshot::group, TreeMap::new, Collectors.toList()));
    List<OfGroup> groups = new ArrayList<>();
    byGroup.forEach((group, members) ->
        policies
            .apply(group)
            .map(policy ->
                new OfGroup(group, policy, new Retention(policy, zone, pinned).judge(members)))
            .ifPresent(groups::add));
    return new ForgetPlan(groups);
  }

  /// Of all groups, the oldest first: whoever breaks it off has lost the least.
  public List<Snapshot> forgotten() {
    return groups.stream()
        .flatMap(group -> group.forgotten().stream())
        .sorted(Comparator.comparing(Snapshot::received))
        .toList();
  }
}
