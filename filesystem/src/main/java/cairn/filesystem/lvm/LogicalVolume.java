package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import java.util.Optional;

/// A logical volume.
///
/// @param size in bytes, as the metadata says
/// @param bytes what is in it; empty when it cannot be put together
/// @param why it cannot, in one sentence without a full stop; empty when it can
public record LogicalVolume(
    String group, String name, long size, Optional<BlockReader> bytes, String why) {}
