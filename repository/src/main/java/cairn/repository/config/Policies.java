package cairn.repository.config;

import cairn.repository.snapshot.Group;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The policies that are stored with a repository.
///
/// @param standard for groups that have none of their own
/// @param groups by the name of the group
public record Policies(Optional<Policy> standard, Map<String, Policy> groups) {
  public static final int COUNT_MAX = 1000;
  public static final Policies NONE = new Policies(Optional.empty(), Map.of());

  /// @throws IllegalArgumentException when there are too many, or one is of what is no group
  public Policies {
    groups = Collections.unmodifiableMap(new TreeMap<>(groups));
    groups.keySet().forEach(Group::encode);
    if (groups.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "there is room for the policies of "
              + COUNT_MAX
              + " groups: let some of them share the one for all others");
    }
  }

  public boolean isEmpty() {
    return standard.isEmpty() && groups.isEmpty();
  }

  /// The policy that holds for a group.
  public Optional<Policy> holdingFor(String group) {
    return Optional.ofNullable(groups.get(group)).or(() -> standard);
  }

  /// The policy of a group itself, or the one for groups without.
  public Optional<Policy> get(Optional<String> group) {
    return group.isEmpty() ? standard : Optional.ofNullable(groups.get(group.get()));
  }

  /// With another policy of a group, or for groups without; or, when it is empty, with none.
  public Policies with(Optional<String> group, Optional<Policy> policy) {
    if (group.isEmpty()) {
      return new Policies(policy, groups);
    }
    Map<String, Policy> changed = new TreeMap<>(groups);
    changed.remove(group.get());
    policy.ifPresent(each -> changed.put(group.get(), each));
    return new Policies(standard, changed);
  }
}
