package cairn.engine.files;

import cairn.linux.CallFailed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Counts in what copies differ from what was copied. Safe for use by several threads.
final class Shortfalls {
  /// What could not be had.
  enum Kind {
    OWNER("the owners of %,d files could not be set"),
    PERMISSIONS("the permissions of %,d files could not be set"),
    ATTRIBUTE("%,d extended attributes could not be set"),
    TIMES("the times of %,d files could not be set"),
    DEVICE("%,d devices could not be made");

    private final String sentence;

    Kind(String sentence) {
      this.sentence = sentence;
    }
  }

  private static final class Count {
    private final String first;
    private long number;

    Count(String first) {
      this.first = first;
    }
  }

  private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);

  /// @param what failed, at which file
  synchronized void add(Kind kind, String what, CallFailed why) {
    counts.computeIfAbsent(kind, first -> new Count(what + ": " + why.reason())).number++;
  }

  synchronized List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    counts.forEach((kind, count) ->
        warnings.add(
            String.format(Locale.ROOT, kind.sentence, count.number)
                + ", the first is "
                + count.first));
    return warnings;
  }
}
