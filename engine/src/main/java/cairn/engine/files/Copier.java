package cairn.engine.files;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.files.FileContent.Way;
import cairn.engine.files.Shortfalls.Kind;
import cairn.engine.files.Walk.Met;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.Directory;
import cairn.linux.Errno;
import cairn.linux.OpenNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Makes copies of what a walk meets: directories at once, everything else side by side. Used by
/// the thread that walks.
final class Copier implements Walk.Visitor<TargetDirectory>, AutoCloseable {
  private static final Set<Integer> FATAL = Set.of(Errno.ENOSPC, Errno.EROFS, Errno.EDQUOT);

  private final Pipeline<Long> pipeline;
  private final Tools tools;
  private final boolean replace;
  private final FileContent content;
  private final Map<FileNode.Id, Twin> twins = new HashMap<>();
  private final Set<TargetDirectory> directories = ConcurrentHashMap.newKeySet();
  private final Set<FileCopy> files = ConcurrentHashMap.newKeySet();

  /// What copies are made with.
  record Tools(
      Likeness likeness,
      Troubles troubles,
      Shortfalls shortfalls,
      Tally tally,
      Cancellation cancellation) {}

  /// The copy of a node that has several names.
  private record Twin(TargetDirectory into, FileName name, CompletableFuture<Boolean> done) {}

  /// @param replace whether what is in the way of a copy is removed, unless it is a directory
  Copier(Pipeline<Long> pipeline, Tools tools, boolean replace) {
    this.pipeline = pipeline;
    this.tools = tools;
    this.replace = replace;
    this.content = new FileContent(tools.cancellation, tools.troubles);
  }

  @Override
  public void expect(TargetDirectory here) {
    here.hold();
  }

  @Override
  public Optional<TargetDirectory> enter(TargetDirectory above, Met met) throws IOException {
    Optional<TargetDirectory> entered = attempt(met, above, () -> directory(above, met));
    entered.ifPresent(directories::add);
    above.letGo(tools.likeness);
    return entered;
  }

  /// One that is there already gets further entries.
  private TargetDirectory directory(TargetDirectory above, Met met) throws IOException {
    byte[] name = met.name().bytes();
    try {
      above.directory().makeDirectory(name);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    Directory entered = above.directory().enter(name);
    tools.tally.directory();
    return new TargetDirectory(above, met, entered);
  }

  @Override
  public void leave(TargetDirectory here) throws IOException {
    here.letGo(tools.likeness);
    directories.removeIf(TargetDirectory::isComplete);
    files.removeIf(FileCopy::isDone);
  }

  @Override
  public void entry(TargetDirectory here, Met met) throws IOException {
    if (met.isDirectory()) {
      return;
    }
    here.hold();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Attributes attributes = met.node().attributes();
    if (attributes.links() > 1) {
      Twin twin = twins.putIfAbsent(met.node().id(), new Twin(here, met.name(), done));
      if (twin != null) {
        submit(() -> held(met, here, () -> link(met, here, twin)));
        return;
      }
    }
    if (attributes.type() != Attributes.Type.REGULAR) {
      submit(() -> held(met, here, () -> node(met, here, done)));
    } else if (attributes.size() <= FileContent.PIECE_BYTES) {
      submit(() -> small(met, here, done));
    } else {
      Optional<FileCopy> file = open(met, here, done);
      for (List<Extent> piece : file.map(FileCopy::pieces).orElse(List.of())) {
        submit(() -> piece(met, here, () -> file.get().copy(piece, content, tools.likeness)));
      }
    }
  }

  /// A step for one node.
  ///
  /// @param <T> what comes of it
  private interface Step<T> {
    T run() throws IOException, CorruptData, Unreadable;
  }

  private void submit(Callable<Long> task) throws IOException {
    try {
      pipeline.submit(task);
    } catch (CorruptData e) {
      throw new IllegalStateException("tasks tell of damage", e);
    }
  }

  /// What fails with one node is told, unless everything else would fail as well.
  private <T> Optional<T> attempt(Met met, TargetDirectory into, Step<T> step) throws IOException {
    tools.cancellation.check();
    try {
      return Optional.of(step.run());
    } catch (Cancellation.Cancelled e) {
      throw e;
    } catch (CallFailed e) {
      failed(met, into, e);
    } catch (CorruptData e) {
      tools.troubles.damage(met.path(), "it was not copied: ", e);
    } catch (IOException | Unreadable e) {
      tools.troubles.failure(met.path(), "it was not copied: ", e);
    }
    return Optional.empty();
  }

  private void failed(Met met, TargetDirectory into, CallFailed e) throws TargetFailed {
    if (FATAL.contains(e.errno())) {
      throw new TargetFailed(e);
    }
    String why =
        switch (e.errno()) {
          case Errno.EEXIST, Errno.ENOTDIR, Errno.ELOOP, Errno.EISDIR ->
              "in its place there is something else: " + into.directory() + "/" + met.name();
          default -> String.valueOf(e.getMessage());
        };
    tools.troubles.unknown(met.path(), "it was not copied: " + why);
  }

  private long held(Met met, TargetDirectory here, Step<Boolean> step) throws IOException {
    try {
      if (attempt(met, here, step).orElse(false)) {
        tools.tally.other();
      }
      return 0;
    } finally {
      here.letGo(tools.likeness);
    }
  }

  private long small(Met met, TargetDirectory here, CompletableFuture<Boolean> done)
      throws IOException {
    Optional<FileCopy> file = open(met, here, done);
    long written = 0;
    for (List<Extent> piece : file.map(FileCopy::pieces).orElse(List.of())) {
      written += piece(met, here, () -> file.get().copy(piece, content, tools.likeness));
    }
    return written;
  }

  private long piece(Met met, TargetDirectory here, Step<Long> step) throws IOException {
    return attempt(met, here, step).orElse(0L);
  }

  /// Empty when it could not be begun.
  private Optional<FileCopy> open(Met met, TargetDirectory here, CompletableFuture<Boolean> done)
      throws IOException {
    boolean begun = false;
    try {
      Optional<FileCopy> file = attempt(met, here, () -> begin(met, here, done));
      file.ifPresent(files::add);
      begun = file.isPresent();
      return file;
    } finally {
      if (!begun) {
        done.complete(false);
        here.letGo(tools.likeness);
      }
    }
  }

  private FileCopy begin(Met met, TargetDirectory here, CompletableFuture<Boolean> done)
      throws IOException, CorruptData, Unreadable {
    BlockReader from = met.node().content();
    List<List<Extent>> pieces = FileContent.pieces(from);
    OpenNode to = make(met, here, here.directory()::makeFile);
    tools.tally.file();
    return new FileCopy(met, here, new Way(met.path(), from, to), pieces, done);
  }

  /// Makes something under a name.
  ///
  /// @param <T> what comes of it
  private interface Maker<T> {
    T make(byte[] name) throws IOException;
  }

  private <T> T make(Met met, TargetDirectory here, Maker<T> maker) throws IOException {
    byte[] name = met.name().bytes();
    try {
      return maker.make(name);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EEXIST || !replace) {
        throw e;
      }
      here.directory().remove(name);
      return maker.make(name);
    }
  }

  /// As [Maker], of what is not opened.
  private interface Naming {
    void make(byte[] name) throws IOException;
  }

  private boolean made(Met met, TargetDirectory here, Naming naming) throws IOException {
    return make(
        met,
        here,
        name -> {
          naming.make(name);
          return true;
        });
  }

  private boolean node(Met met, TargetDirectory here, CompletableFuture<Boolean> done)
      throws IOException, CorruptData, Unreadable {
    boolean made = false;
    try {
      made = makeNode(met, here);
      if (made) {
        try (OpenNode node = here.directory().hold(met.name().bytes())) {
          tools.likeness.give(met.path(), met.node(), node);
        }
      }
      return made;
    } finally {
      done.complete(made);
    }
  }

  private boolean makeNode(Met met, TargetDirectory here)
      throws IOException, CorruptData, Unreadable {
    Attributes attributes = met.node().attributes();
    Directory directory = here.directory();
    if (attributes.type() == Attributes.Type.SYMBOLIC_LINK) {
      byte[] target = met.node().target();
      return made(met, here, name -> directory.makeSymbolicLink(name, target));
    }
    Attributes.Device device = attributes.device();
    DeviceNumber number = new DeviceNumber(device.major(), device.minor());
    int type = attributes.type().mode();
    try {
      return made(met, here, name -> directory.makeNode(name, type, number));
    } catch (CallFailed e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      tools.shortfalls.add(Kind.DEVICE, met.path(), e);
      return false;
    }
  }

  /// Whoever copies the other name began before this, and waits for nobody.
  private boolean link(Met met, TargetDirectory here, Twin twin) throws IOException {
    if (!twin.done.join()) {
      throw new IOException("its other name was not copied");
    }
    try (Directory there = twin.into.open()) {
      return made(met, here, name -> here.directory().makeLink(name, there, twin.name.bytes()));
    }
  }

  /// What was begun and not completed goes, after all tasks have ended.
  @Override
  public void close() throws IOException {
    for (FileCopy file : files) {
      if (!file.isDone()) {
        file.abandon();
      }
    }
    for (TargetDirectory directory : directories) {
      directory.directory().close();
    }
  }
}
