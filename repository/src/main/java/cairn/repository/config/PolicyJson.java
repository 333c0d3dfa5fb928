package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.snapshot.Group;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The policies as a list of objects, each with these fields as far as they are needed.
///
/// | field    | value                                                                        |
/// |----------|------------------------------------------------------------------------------|
/// | `group`  | encoded as in names of objects; absent in the first one for all other groups |
/// | `last`   | a number, 1..999,999, as the others are                                      |
/// | `within` | an [Age]                                                                     |
/// | `hourly` | and `daily`, `weekly`, `monthly`, `yearly`                                   |
///
/// Order and spelling are checked with the text as a whole, which is canonical.
final class PolicyJson {
  private static final String GROUP = "group";

  private PolicyJson() {}

  static JsonArray write(Policies policies) {
    JsonArray out = new JsonArray();
    policies.standard().ifPresent(policy -> out.add(write(new JsonObject(), policy)));
    Map<String, Policy> encoded = new TreeMap<>();
    policies.groups().forEach((group, policy) -> encoded.put(Group.encode(group), policy));
    encoded.forEach((group, policy) -> {
      JsonObject item = new JsonObject();
      item.addProperty(GROUP, group);
      out.add(write(item, policy));
    });
    return out;
  }

  private static JsonObject write(JsonObject item, Policy policy) {
    if (policy.last() > 0) {
      item.addProperty("last", policy.last());
    }
    policy.within().ifPresent(age -> item.addProperty("within", age.toString()));
    policy.periods().forEach((period, count) -> item.addProperty(period.word(), count));
    return item;
  }

  static Policies read(JsonArray items, Subject subject) throws CorruptData {
    Optional<Policy> standard = Optional.empty();
    Map<String, Policy> groups = new TreeMap<>();
    for (int slot = 0; slot < items.size(); slot++) {
      Subject here = subject.slot(slot);
      Fields in = Fields.of(items.get(slot), "policies", here);
      try {
        if (in.has(GROUP)) {
          groups.put(Group.decode(in.text(GROUP)), readPolicy(in));
        } else {
          standard = Optional.of(readPolicy(in));
        }
      } catch (IllegalArgumentException e) {
        throw here.corrupt("policies", String.valueOf(e.getMessage()), "a policy");
      }
    }
    int most = Policies.COUNT_MAX;
    subject.check(groups.size() <= most, "policies", groups.size() + " groups", "0.." + most);
    return new Policies(standard, groups);
  }

  private static Policy readPolicy(Fields in) throws CorruptData {
    int last = readCount(in, "last");
    Optional<Age> within =
        in.has("within") ? Optional.of(Age.parse(in.text("within"))) : Optional.empty();
    Map<Period, Integer> periods = new EnumMap<>(Period.class);
    for (Period period : Period.values()) {
      periods.put(period, readCount(in, period.word()));
    }
    in.end();
    return new Policy(last, within, periods);
  }

  private static int readCount(Fields in, String field) throws CorruptData {
    return in.has(field) ? in.number(field, 1, Policy.COUNT_MAX) : 0;
  }
}
