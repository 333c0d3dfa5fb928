package cairn.filesystem.used;

import java.util.Optional;

/// What something is called, as far as it says.
///
/// @param type as `blkid` names it: `ext4`, `xfs`, `gpt` and so on
/// @param size in bytes, as it says itself
public record Identity(String type, Optional<String> uuid, Optional<String> label, long size) {
  /// Something that has neither UUID nor label.
  public static Identity of(String type, long size) {
    return new Identity(type, Optional.empty(), Optional.empty(), size);
  }
}
