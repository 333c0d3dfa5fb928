package cairn.volume;

import cairn.base.block.BlockSink;
import java.io.IOException;

/// A sink that makes a file which is durable after [#finish()], can be read back then, and has its
/// name only after [#publish()].
public interface ImageSink extends BlockSink {
  /// Takes the name, durably. Closed without that, the file is gone.
  void publish() throws IOException;
}
