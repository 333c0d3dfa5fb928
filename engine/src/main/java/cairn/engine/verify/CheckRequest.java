package cairn.engine.verify;

/// What to check beyond structure.
///
/// @param readDataPercent share of the packs whose every blob is read, decoded and hashed: 0 to 100
public record CheckRequest(double readDataPercent) {}
