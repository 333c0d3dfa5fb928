package cairn.engine.capture;

import java.io.IOException;

/// Which bytes of a volume matter to whoever uses it; the others are free.
public interface Used {
  /// @param still whether the volume stands still, so that what is told is true and no hint only
  void visit(boolean still, Writes.Ranges ranges) throws IOException;
}
