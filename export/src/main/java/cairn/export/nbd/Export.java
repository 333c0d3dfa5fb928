package cairn.export.nbd;

import cairn.base.block.BlockReader;
import cairn.base.block.WritableBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A volume that is offered.
///
/// @param name by which clients ask for it
/// @param description for people
/// @param volume what is read
/// @param maps what is known of its parts, beside which are holes
public record Export(String name, String description, BlockReader volume, List<StatusMap> maps) {
  public Export {
    List<StatusMap> all = new ArrayList<>();
    all.add(new Allocation(volume));
    all.addAll(maps);
    maps = List.copyOf(all);
  }

  public Export(String name, String description, BlockReader volume) {
    this(name, description, volume, List.of());
  }

  /// The volume once more, if it may be written to.
  Optional<WritableBlocks> writable() {
    return volume instanceof WritableBlocks writable ? Optional.of(writable) : Optional.empty();
  }
}
