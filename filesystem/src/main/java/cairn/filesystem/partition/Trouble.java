package cairn.filesystem.partition;

import cairn.base.bytes.CorruptData;
import java.io.IOException;

/// What to do about something that is wrong: end the reading, or tell it and go on with the rest.
@FunctionalInterface
interface Trouble {
  /// Ends the reading at the first.
  Trouble STRICT =
      failure -> {
        throw failure;
      };

  void tell(CorruptData failure) throws CorruptData;

  /// Part of the reading, without which the rest can go on.
  @FunctionalInterface
  interface Step {
    void run() throws IOException, CorruptData;
  }

  /// @return whether nothing was wrong
  default boolean attempt(Step step) throws IOException, CorruptData {
    try {
      step.run();
      return true;
    } catch (CorruptData e) {
      tell(e);
      return false;
    }
  }
}
