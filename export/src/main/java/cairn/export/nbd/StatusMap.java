package cairn.export.nbd;

import cairn.volume.nbd.StatusExtent;
import java.io.IOException;
import java.util.List;

/// What a client may ask of the parts of an export, beside their content: a metadata context. Safe
/// for use by several threads.
public interface StatusMap {
  /// The context's name, with its namespace.
  String name();

  /// Extents from `offset` on, without a gap. They may end before the range does, so that an answer
  /// takes bounded time and room, and there is at least one.
  List<StatusExtent> status(long offset, long length) throws IOException;
}
