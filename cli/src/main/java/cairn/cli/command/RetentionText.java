package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.repository.config.Age;
import cairn.repository.config.Period;
import cairn.repository.config.Policy;

/// How policies are explained and shown.
final class RetentionText {
  static final String RULES =
      "The rules are taken in the order of the options below. Each looks only at the snapshots that"
          + " those before it do not keep. --keep-daily N goes back from the newest of these day by"
          + " day, over days that have a snapshot, and keeps the newest one of each day until it"
          + " has kept N; it passes over a day of which an earlier rule keeps one already. Hours,"
          + " weeks, months and years likewise. So --keep-last 1 --keep-daily 7 --keep-weekly 4"
          + " keeps the newest snapshot, one for each of seven days before, and one for each of"
          + " four weeks before those.";
  static final String TIME =
      "Time is when the repository received a snapshot, in the time zone of this machine. Today's"
          + " date plays no part: a group that gets no new snapshots loses no more than it did the"
          + " first time.";
  static final String PINS =
      "Pinned snapshots stay, and the rules do not count them; only --keep-within counts back from"
          + " the newest one even when that is pinned. See 'cairn pin'.";

  private RetentionText() {}

  static Json json(Policy policy) {
    Json json = new Json().put("last", policy.last());
    json.put("within", policy.within().map(Age::toString));
    for (Period period : Period.values()) {
      json.put(period.word(), policy.count(period));
    }
    return json;
  }
}
