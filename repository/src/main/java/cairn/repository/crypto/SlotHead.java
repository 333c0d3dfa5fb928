package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;

/// What every key slot has.
///
/// @param label what the user calls it; letters, digits, spaces and `. _ @ : + -`, at most 64
/// @param created in whole seconds
public record SlotHead(ObjectId id, String label, Instant created) {
  private static final Pattern LABEL = Pattern.compile("[\\p{L}\\p{M}\\p{N} ._@:+-]{0,64}");

  public SlotHead {
    if (!isLabel(label)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "\"%s\" is no label: use letters, digits, spaces and . _ @ : + -, at most 64",
              label));
    }
    if (!created.equals(created.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("not in whole seconds: " + created);
    }
  }

  public static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }
}
