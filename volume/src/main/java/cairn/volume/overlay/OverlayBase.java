package cairn.volume.overlay;

/// What an overlay stands on.
///
/// @param snapshot its id
/// @param volume its name in the snapshot
/// @param size of the volume, in bytes
public record OverlayBase(String snapshot, String volume, long size) {}
