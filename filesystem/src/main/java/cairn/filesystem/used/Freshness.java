package cairn.filesystem.used;

/// Whether what the map on disk calls free is free for whoever mounts the volume next. The order is
/// from best to worst.
public enum Freshness {
  /// Nothing is left to be replayed or written back.
  CURRENT,

  /// The volume was not unmounted. Its map is current when it is frozen right now and was written
  /// back by that, and else it may be older than what the volume holds.
  UNCERTAIN,

  /// The map is older than what the volume holds: a replay of its journal makes blocks live that
  /// look free.
  STALE
}
