package cairn.linux.tracking;

import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.Descriptor;
import java.io.IOException;
import java.util.List;

/// A way to hang programs on the tracepoints of the block layer, and how they find there what a
/// write touches.
interface Events {
  /// Where to hang programs so that no write is missed, in the order in which to do it.
  List<Hook> hooks();

  /// Whether the ends of writes are found by remembering each while it is under way.
  boolean remembers();

  Bpf.Kind kind(Hook hook) throws IOException;

  /// The whole program but for its end.
  void write(Hook hook, MarkingCode code) throws IOException;

  Attachment attach(Hook hook, Descriptor program) throws IOException;

  /// A program that runs.
  ///
  /// @param descriptor keeps it running
  /// @param pinnable whether it can get a name that keeps it running
  record Attachment(Hook hook, Descriptor descriptor, boolean pinnable) {}
}
