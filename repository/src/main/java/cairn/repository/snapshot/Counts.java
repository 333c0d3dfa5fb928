package cairn.repository.snapshot;

/// What a backup did.
///
/// @param blocksTotal blocks of all volumes
/// @param blocksRead blocks that were read; the others are known holes
/// @param blocksNew blocks whose chunk the repository did not hold
/// @param bytesRead from the sources
/// @param bytesStored in packs and index
/// @param durationMillis until the record was written
public record Counts(
    long blocksTotal,
    long blocksRead,
    long blocksNew,
    long bytesRead,
    long bytesStored,
    long durationMillis) {}
