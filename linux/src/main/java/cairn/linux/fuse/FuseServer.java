package cairn.linux.fuse;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The threads that answer what the kernel asks about a [FuseTree]. They end when nothing is
/// mounted any more, whoever unmounted it.
public final class FuseServer {
  /// Room for a large batch of nodes to forget; the least that the kernel accepts is 8192.
  private static final int REQUEST_BYTES = 64 << 10;

  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int OPEN_KEEPING_CACHE = 2;
  private static final int OPEN_CACHING_DIRECTORY = 8;
  private static final int NAME_BYTES_MAX = 255;

  /// How often it is looked whether the kernel should forget something.
  private static final int TIDY_MILLIS = 200;

  private final FuseMount mount;
  private final FuseTree tree;
  private final Consumer<Throwable> bugs;
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch running;
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

  /// @param bugs is told what went wrong here while a request was answered; whoever asked gets an
  ///   error
  public FuseServer(FuseMount mount, FuseTree tree, int threadCount, Consumer<Throwable> bugs) {
    this.mount = mount;
    this.tree = tree;
    this.bugs = bugs;
    this.running = new CountDownLatch(threadCount);
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().daemon().name("mount-" + i).unstarted(this::serve));
    }
  }

  public void start() {
    threads.forEach(Thread::start);
    // Apart from the others: the kernel makes it wait for them.
    Thread.ofPlatform().daemon().name("mount-tidy").start(this::tidy);
  }

  /// @return whether nothing is mounted any more
  /// @throws IOException when the device failed
  public boolean awaitEnd(long millis) throws IOException, InterruptedException {
    boolean ended = running.await(millis, TimeUnit.MILLISECONDS);
    IOException why = failure.get();
    if (why != null) {
      throw new IOException("the mount cannot go on: " + why.getMessage(), why);
    }
    return ended;
  }

  private void serve() {
    try (Arena arena = Arena.ofConfined()) {
      new Worker(arena).run();
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    } finally {
      running.countDown();
    }
  }

  private void tidy() {
    try (Arena arena = Arena.ofConfined()) {
      Reply notice = new Reply(arena.allocate(Reply.NOTICE_BYTES_MAX, 8));
      while (!running.await(TIDY_MILLIS, TimeUnit.MILLISECONDS)) {
        for (FuseTree.Entry entry : tree.superfluous()) {
          mount.device().send(notice.forgetEntry(entry));
        }
      }
    } catch (IOException e) {
      bugs.accept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// One thread with its buffers.
  private final class Worker {
    private final MemorySegment buffer;
    private final Reply reply;
    private final byte[] bytes = new byte[Negotiation.TRANSFER_BYTES];

    // References of the answer under way, to be taken back when nobody gets it.
    private final List<Long> granted = new ArrayList<>();

    Worker(Arena arena) {
      buffer = arena.allocate(REQUEST_BYTES, 8);
      reply = new Reply(arena.allocate(Reply.HEADER_BYTES + Negotiation.TRANSFER_BYTES, 8));
    }

    void run() throws IOException {
      long length = mount.device().receive(buffer);
      while (length >= 0) {
        Request request = Request.decode(buffer.asSlice(0, length));
        Operation operation = Operation.of(request.code());
        if (operation != null && isSilent(operation)) {
          forget(operation, request);
        } else {
          send(request, answer(operation, request));
        }
        length = mount.device().receive(buffer);
      }
    }

    private void send(Request request, int errno) throws IOException {
      boolean heard;
      try {
        heard = mount.device().send(reply.finish(request.number(), errno));
      } catch (CallFailed e) {
        // The kernel took it for nonsense, and still waits.
        bugs.accept(e);
        heard = false;
        mount.device().send(reply.finish(request.number(), Errno.EIO));
      }
      if (!heard) {
        granted.forEach(node -> tree.forget(node, 1));
      }
    }

    /// @return 0, or the error number
    private int answer(@Nullable Operation operation, Request request) throws IOException {
      reply.start();
      granted.clear();
      if (operation == Operation.INIT) {
        Negotiation.answer(request, reply, mount.isForAll());
        return 0;
      }
      try {
        return operation == null ? Errno.ENOSYS : answer(request, operation);
      } catch (FuseError e) {
        return e.errno();
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        bugs.accept(e);
        return Errno.EIO;
      }
    }

    private int answer(Request request, Operation operation) throws FuseError {
      switch (operation) {
        case LOOKUP -> reply.entry(granted(tree.lookup(request.node(), request.name(0))));
        case GETATTR -> reply.attributesAlone(tree.stat(request.node()));
        case READLINK -> all(tree.target(request.node()));
        case OPEN -> opened(tree.openFile(request.node()), OPEN_KEEPING_CACHE);
        case OPENDIR ->
            opened(tree.openDirectory(request.node()), OPEN_KEEPING_CACHE | OPEN_CACHING_DIRECTORY);
        case RELEASE, RELEASEDIR -> tree.close(request.u64(0));
        case READ -> read(request);
        case READDIR -> list(request, false);
        case READDIRPLUS -> list(request, true);
        case LSEEK -> seek(request);
        case GETXATTR -> sized(request.u32(0), attribute(request));
        case LISTXATTR -> sized(request.u32(0), joined(tree.extendedAttributes(request.node())));
        case STATFS -> space();
        // Nothing is written, so there is nothing to flush: the kernel asks only once.
        default -> {
          return Errno.ENOSYS;
        }
      }
      return 0;
    }

    private static boolean isSilent(Operation operation) {
      return switch (operation) {
        case FORGET, BATCH_FORGET, INTERRUPT, DESTROY -> true;
        default -> false;
      };
    }

    /// What gets no answer. An interrupted request is answered all the same: none waits for long.
    private void forget(Operation operation, Request request) {
      if (operation == Operation.FORGET) {
        tree.forget(request.node(), request.u64(0));
      } else if (operation == Operation.BATCH_FORGET) {
        int count = request.u32(0);
        for (int i = 0; i < count; i++) {
          tree.forget(request.u64(8 + 16L * i), request.u64(16 + 16L * i));
        }
      }
    }

    private FuseTree.Stat granted(FuseTree.Stat stat) {
      granted.add(stat.number());
      return stat;
    }

    private void all(byte[] content) throws FuseError {
      if (content.length > reply.room()) {
        throw new FuseError(Errno.EIO);
      }
      reply.raw(content, content.length);
    }

    private void opened(long handle, int flags) {
      reply.u64(handle).u32(flags).u32(0);
    }

    private void read(Request request) throws FuseError {
      int size = request.u32(16);
      if (size < 0 || size > bytes.length) {
        // To the kernel, less than it asked for would be the end of the file.
        throw new FuseError(Errno.EIO);
      }
      int count = tree.read(request.u64(0), request.u64(8), bytes, size);
      reply.raw(bytes, count);
    }

    private void list(Request request, boolean isLong) throws FuseError {
      DirectoryPage page = new DirectoryPage(reply, request.u32(16), isLong);
      try {
        tree.list(request.u64(0), request.u64(8), page);
        granted.addAll(page.counted());
      } catch (FuseError | RuntimeException e) {
        page.counted().forEach(node -> tree.forget(node, 1));
        throw e;
      }
    }

    private void seek(Request request) throws FuseError {
      int whence = request.u32(16);
      if (whence != SEEK_DATA && whence != SEEK_HOLE) {
        throw new FuseError(Errno.EINVAL);
      }
      reply.u64(tree.seek(request.u64(0), request.u64(8), whence == SEEK_DATA));
    }

    private byte[] attribute(Request request) throws FuseError {
      return tree.extendedAttribute(request.node(), request.name(8));
    }

    /// `struct fuse_getxattr_out` for those who ask how long it is, else the value itself.
    private void sized(int size, byte[] value) throws FuseError {
      if (size == 0) {
        reply.u32(value.length).u32(0);
      } else if (value.length > size) {
        throw new FuseError(Errno.ERANGE);
      } else {
        all(value);
      }
    }

    private static byte[] joined(Collection<byte[]> names) {
      int length = names.stream().mapToInt(name -> name.length + 1).sum();
      byte[] list = new byte[length];
      int at = 0;
      for (byte[] name : names) {
        System.arraycopy(name, 0, list, at, name.length);
        at += name.length + 1;
      }
      return list;
    }

    /// `struct fuse_kstatfs`.
    private void space() {
      FuseTree.Space space = tree.space();
      reply
          .u64((space.bytes() + space.blockBytes() - 1) / space.blockBytes())
          .zeros(4 * 8)
          .u32(space.blockBytes())
          .u32(NAME_BYTES_MAX)
          .u32(space.blockBytes())
          .zeros(7 * 4);
    }
  }
}
