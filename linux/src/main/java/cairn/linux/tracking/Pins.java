package cairn.linux.tracking;

import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.BpfMap;
import cairn.linux.bpf.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The names of a tracker below a bpffs, which keep it alive: a folder with `control`, `marks`, and
/// one attachment for each tracepoint, called like it. `control` comes last and goes first: without
/// it, nothing counts.
record Pins(Path directory) {
  private static final String CONTROL = "control";
  private static final String MARKS = "marks";
  private static final String FILE_SYSTEM = "bpf";

  /// Gives all of them names, or none.
  void create(MarkingCode.Maps maps, List<Events.Attachment> attachments) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    if (parent == null || !Files.getFileStore(parent).type().equals(FILE_SYSTEM)) {
      throw new IOException("cannot pin a tracker in " + directory + ": that is no bpffs");
    }
    Files.createDirectory(directory);
    try {
      for (Events.Attachment attachment : attachments) {
        Bpf.pin(attachment.descriptor(), path(attachment.hook()));
      }
      Bpf.pin(maps.marks().descriptor(), directory.resolve(MARKS));
      Bpf.pin(maps.control().descriptor(), directory.resolve(CONTROL));
    } catch (IOException | RuntimeException e) {
      try {
        remove();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  void remove() throws IOException {
    Files.deleteIfExists(directory.resolve(CONTROL));
    for (Hook hook : Hook.values()) {
      Files.deleteIfExists(path(hook));
    }
    Files.deleteIfExists(directory.resolve(MARKS));
    Files.deleteIfExists(directory);
  }

  BpfMap control(Resources resources) throws IOException {
    return map(CONTROL, resources);
  }

  BpfMap marks(Resources resources) throws IOException {
    return map(MARKS, resources);
  }

  List<Events.Attachment> attachments(Resources resources) throws IOException {
    List<Events.Attachment> found = new ArrayList<>();
    for (Hook hook : Hook.values()) {
      if (Files.exists(path(hook), LinkOption.NOFOLLOW_LINKS)) {
        found.add(new Events.Attachment(hook, open(path(hook), resources), true));
      }
    }
    return found;
  }

  private BpfMap map(String name, Resources resources) throws IOException {
    return BpfMap.of(open(directory.resolve(name), resources));
  }

  private static Descriptor open(Path path, Resources resources) throws IOException {
    Descriptor descriptor = Bpf.openPinned(path);
    resources.add(descriptor::close);
    return descriptor;
  }

  private Path path(Hook hook) {
    return directory.resolve(hook.tracepoint());
  }
}
