package cairn.engine.capture;

import cairn.volume.Volume;

/// A volume in use, and what is known of its use.
///
/// @param writes what is written to it from now on
public record InUse(Volume volume, Writes writes, Used used) {}
