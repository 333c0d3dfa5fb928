package cairn.engine.upkeep;

/// What a repository holds.
///
/// @param volumesBytes sizes of all volumes of all snapshots
/// @param dataBytes blocks that are not all zeros, of all snapshots
/// @param uniqueChunks data chunks stored
/// @param uniqueBytes their plaintext
/// @param storedBytes everything in the storage
/// @param deltaChunks data chunks stored as the difference to another
public record StatsReport(
    long snapshots,
    long groups,
    long volumesBytes,
    long dataBytes,
    long uniqueChunks,
    long uniqueBytes,
    long storedBytes,
    long packs,
    long deltaChunks) {}
