package cairn.export.mount;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.Errno;
import cairn.linux.fuse.DirectoryPage;
import cairn.linux.fuse.FuseError;
import cairn.linux.fuse.FuseTree;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Snapshots as a tree of directories and files, see [Layout]. A place that cannot be read is an
/// error to whoever reads it, and is told of; it is never zeros, and never missing.
public final class MountedTree implements FuseTree {
  private static final int BLOCK_BYTES = 4096;

  /// Of the heap, so much is for nodes that the kernel knows, each of which takes about so much.
  private static final int HEAP_PART = 8;

  private static final int NODE_BYTES = 400;
  private static final int NODES_MAX = 1_000_000;

  private final Complaints complaints;
  private final InodeNumbers numbers;
  private final KnownNodes nodes;
  private final Map<Long, Open> handles = new ConcurrentHashMap<>();
  private final AtomicLong lastHandle = new AtomicLong();
  private final long bytes;

  /// @param all one or more, in the order of their times
  /// @param owner who mounts them
  public MountedTree(List<Shown> all, FuseTree.Owner owner, Complaints complaints) {
    this.complaints = complaints;
    Layout layout = new Layout();
    this.numbers = new InodeNumbers(layout.realm());
    Branch root = layout.root(all, new Attributes.Owner(owner.user(), owner.group()));
    long countMax = Runtime.getRuntime().maxMemory() / HEAP_PART / NODE_BYTES;
    this.nodes = new KnownNodes(Known.root(root), (int) Math.min(countMax, NODES_MAX));
    this.bytes =
        all.stream()
            .flatMap(shown -> shown.volumes().values().stream())
            .mapToLong(volume -> volume.size())
            .sum();
  }

  /// What may fail in the ways in which reading does.
  private interface Reading<T> {
    T run() throws IOException, CorruptData, Unreadable, FuseError;
  }

  private <T> T reading(Known node, Reading<T> reading) throws FuseError {
    try {
      return reading.run();
    } catch (CorruptData | IOException | Unreadable e) {
      complaints.failed(node.toString(), e);
      throw new FuseError(Errno.EIO, e);
    }
  }

  @Override
  public Stat lookup(long directory, byte[] name) throws FuseError {
    Known above = nodes.get(directory);
    FileName called = new FileName(name);
    Optional<Branch> child = reading(above, () -> above.child(called));
    if (child.isEmpty()) {
      throw new FuseError(Errno.ENOENT);
    }
    Known known = above.entry(called, child.get(), numbers);
    Stat stat = reading(known, known::stat);
    nodes.refer(known);
    return stat;
  }

  @Override
  public void forget(long node, long references) {
    nodes.forget(node, references);
  }

  @Override
  public Stat stat(long node) throws FuseError {
    Known known = nodes.get(node);
    return reading(known, known::stat);
  }

  @Override
  public byte[] target(long node) throws FuseError {
    Known known = nodes.get(node);
    return reading(known, () -> known.node().target());
  }

  @Override
  public long openFile(long node) throws FuseError {
    Known known = nodes.get(node);
    if (!known.isFile()) {
      throw new FuseError(Errno.EINVAL);
    }
    return handle(
        reading(
            known,
            () -> {
              FileNode file = known.node();
              return new OpenFile(known, file.content(), !(file instanceof Made));
            }));
  }

  @Override
  public long openDirectory(long node) throws FuseError {
    Known known = nodes.get(node);
    if (!known.isDirectory()) {
      throw new FuseError(Errno.ENOTDIR);
    }
    return handle(new OpenDirectory(known, numbers));
  }

  private long handle(Open open) {
    long handle = lastHandle.incrementAndGet();
    handles.put(handle, open);
    return handle;
  }

  private <T extends Open> T opened(long handle, Class<T> kind) throws FuseError {
    Open open = handles.get(handle);
    if (!kind.isInstance(open)) {
      throw new FuseError(Errno.EBADF);
    }
    return kind.cast(open);
  }

  @Override
  public int read(long handle, long offset, byte[] target, int length) throws FuseError {
    OpenFile file = opened(handle, OpenFile.class);
    return reading(file.node(), () -> file.read(offset, target, length));
  }

  @Override
  public long seek(long handle, long offset, boolean toData) throws FuseError {
    OpenFile file = opened(handle, OpenFile.class);
    return reading(file.node(), () -> file.seek(offset, toData));
  }

  @Override
  public void list(long handle, long position, DirectoryPage page) throws FuseError {
    OpenDirectory directory = opened(handle, OpenDirectory.class);
    reading(
        directory.node(),
        () -> {
          directory.list(position, page, nodes);
          return directory;
        });
  }

  @Override
  public void close(long handle) {
    Open open = handles.remove(handle);
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        complaints.failed("mount", e);
      }
    }
  }

  @Override
  public byte[] extendedAttribute(long node, byte[] name) throws FuseError {
    byte[] value = attributes(node).get(new FileName(name));
    if (value == null) {
      throw new FuseError(Errno.ENODATA);
    }
    return value;
  }

  @Override
  public Collection<byte[]> extendedAttributes(long node) throws FuseError {
    return attributes(node).keySet().stream().map(FileName::bytes).toList();
  }

  private Map<FileName, byte[]> attributes(long node) throws FuseError {
    Known known = nodes.get(node);
    return reading(known, () -> known.node().extendedAttributes());
  }

  @Override
  public Collection<Entry> superfluous() {
    return nodes.superfluous();
  }

  @Override
  public Space space() {
    return new Space(bytes, BLOCK_BYTES);
  }
}
