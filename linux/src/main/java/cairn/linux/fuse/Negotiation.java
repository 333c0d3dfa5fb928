package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/// What kernel and server agree upon at first: `struct fuse_init_in` and `struct fuse_init_out`
/// (`linux/fuse.h`).
///
/// | offset | bytes | asked by the kernel | answered                            |
/// |-------:|------:|---------------------|-------------------------------------|
/// |      0 |     8 | major, minor        | major, minor                        |
/// |      8 |     4 | max_readahead       | max_readahead                       |
/// |     12 |     4 | flags               | flags, of those that were offered   |
/// |     16 |     4 |                     | max_background, congestion_threshold |
/// |     20 |     4 |                     | max_write                           |
/// |     24 |     4 |                     | time_gran, in nanoseconds           |
/// |     28 |     4 |                     | max_pages, map_alignment            |
/// |     32 |    32 |                     | zeros                               |
final class Negotiation {
  static final int MAJOR = 7;
  static final int MINOR = 31;

  /// Since Linux 4.20, with FUSE_MAX_PAGES.
  private static final int MINOR_MIN = 28;

  /// What is read and listed at once, at most: a few blocks, so that a stream is decoded by several
  /// threads.
  static final int TRANSFER_BYTES = 256 << 10;

  /// The least that there may be; nothing is written.
  private static final int MAX_WRITE = 4096;

  private static final MethodHandle GETPAGESIZE =
      Libc.function("getpagesize", FunctionDescriptor.of(JAVA_INT));

  private static final int REQUESTS_AHEAD = 64;

  private static final int ASYNC_READ = 1;
  private static final int DO_READDIRPLUS = 1 << 13;
  private static final int READDIRPLUS_AUTO = 1 << 14;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int PARALLEL_DIROPS = 1 << 18;
  private static final int POSIX_ACL = 1 << 20;
  private static final int MAX_PAGES = 1 << 22;
  private static final int CACHE_SYMLINKS = 1 << 23;
  private static final int WANTED =
      ASYNC_READ
          | DO_READDIRPLUS
          | READDIRPLUS_AUTO
          | ASYNC_DIO
          | PARALLEL_DIROPS
          | MAX_PAGES
          | CACHE_SYMLINKS;

  private Negotiation() {}

  /// @param guarded whether access lists decide who may read
  static void answer(Request request, Reply reply, boolean guarded) throws IOException {
    int major = request.u32(0);
    int minor = request.u32(4);
    if (major > MAJOR) {
      // The kernel asks again, in the older version.
      reply.u32(MAJOR).u32(MINOR).zeros(56);
      return;
    }
    if (major < MAJOR || minor < MINOR_MIN) {
      throw new IOException(
          "this kernel speaks FUSE " + major + "." + minor + ", and 7.28 is needed: Linux 4.20");
    }
    long pageBytes =
        Libc.call(state -> (int) GETPAGESIZE.invokeExact(state), () -> "getpagesize()");
    int wanted = guarded ? WANTED | POSIX_ACL : WANTED;
    reply
        .u32(MAJOR)
        .u32(MINOR)
        .u32(request.u32(8))
        .u32(request.u32(12) & wanted)
        .u16(REQUESTS_AHEAD)
        .u16(REQUESTS_AHEAD * 3 / 4)
        .u32(MAX_WRITE)
        .u32(1)
        .u16((int) (TRANSFER_BYTES / pageBytes))
        .u16(0)
        .zeros(32);
  }
}
