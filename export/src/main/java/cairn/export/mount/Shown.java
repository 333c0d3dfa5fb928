package cairn.export.mount;

import cairn.base.block.BlockReader;
import java.time.Instant;
import java.util.SortedMap;

/// A snapshot that is to be shown.
///
/// @param name of its directory
/// @param time the time of its directories
/// @param volumes by their names; they stay open as long as it is mounted
public record Shown(String name, Instant time, SortedMap<String, BlockReader> volumes) {}
