package cairn.repository;

import cairn.base.bytes.CorruptData;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Snapshots whose records were decoded and checked already. A collector reads every record several
/// times, to learn what came and went; what has the same bytes as before is the same snapshot.
final class DecodedSnapshots {
  private final Map<String, Decoded> known = new ConcurrentHashMap<>();

  private static final class Decoded {
    final byte[] record;
    final Snapshot snapshot;

    Decoded(byte[] record, Snapshot snapshot) {
      this.record = record;
      this.snapshot = snapshot;
    }
  }

  /// Decodes a record, and checks what it says.
  interface Decoder {
    Snapshot decode(String name, byte[] record) throws IOException, CorruptData;
  }

  Snapshot get(String name, byte[] record, Decoder decoder) throws IOException, CorruptData {
    @Nullable Decoded before = known.get(name);
    if (before != null && Arrays.equals(before.record, record)) {
      return before.snapshot;
    }
    Snapshot snapshot = decoder.decode(name, record);
    known.put(name, new Decoded(record, snapshot));
    return snapshot;
  }
}
