package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.Repository;
import cairn.repository.session.Owner;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.WriteSession;
import java.io.IOException;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// What the work depends on besides its input: time, chance, and who does it.
///
/// @param clock for records and durations, never for safety (truth 10)
/// @param chance for names, keys and samples; a secure source
/// @param owner this process
/// @param threads how many workers to run
public record Surroundings(InstantSource clock, RandomGenerator chance, Owner owner, int threads) {
  /// Opens a session of this process.
  public WriteSession openSession(Repository repository) throws IOException, CorruptData {
    ObjectId id = ObjectId.random(chance);
    return repository.openSession(new SessionRecord(id, clock.instant(), owner), chance);
  }
}
