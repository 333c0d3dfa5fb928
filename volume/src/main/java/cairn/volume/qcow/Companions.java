package cairn.volume.qcow;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.Optional;

/// Opens the files that an image refers to, or refuses to.
public interface Companions {
  /// The file with the clusters.
  ///
  /// @param name as the image has it
  BlockReader data(String name) throws IOException;

  /// The disk that shows where the image holds nothing.
  ///
  /// @param name as the image has it
  /// @param format as the image has it
  BlockReader backing(String name, Optional<String> format) throws IOException, CorruptData;
}
