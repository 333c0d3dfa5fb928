package cairn.engine;

import cairn.repository.session.Owner;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// What the work depends on besides its input: time, chance, and who does it.
///
/// @param clock for records and durations, never for safety (truth 10)
/// @param chance for names, keys and samples; a secure source
/// @param owner this process
/// @param threads how many workers to run
public record Surroundings(InstantSource clock, RandomGenerator chance, Owner owner, int threads) {}
