package cairn.engine.resize;

import cairn.base.block.BlockSink;
import java.io.IOException;
import java.nio.file.Path;

/// Where a volume goes, which programs may work on once its sink is finished.
public interface ResizeTarget {
  BlockSink sink();

  /// Where its bytes lie, as long as it is not sealed.
  Path path();

  /// Makes durable what programs wrote, and gives it its name.
  void seal() throws IOException;
}
