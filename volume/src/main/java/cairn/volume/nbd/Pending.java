package cairn.volume.nbd;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A request that was sent, and what has come of it. Everything that arrives is held against what
/// was asked for.
final class Pending {
  private final Request request;
  private final byte[] target;
  private final int from;
  private final NavigableMap<Long, Long> covered = new TreeMap<>();
  private final Map<Integer, List<StatusExtent>> status = new HashMap<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private @Nullable String error;

  /// @param target receives what is read, from `from` on
  Pending(Request request, byte[] target, int from) {
    this.request = request;
    this.target = target;
    this.from = from;
  }

  Request request() {
    return request;
  }

  byte[] target() {
    return target;
  }

  /// Where the byte at this offset of the export belongs.
  ///
  /// @throws ProtocolError when the range was not asked for, or has come already
  int place(long offset, long length) throws ProtocolError {
    long end = request.offset() + request.length();
    if (request.type() != Command.READ
        || length <= 0
        || offset < request.offset()
        || length > end - offset) {
      throw new ProtocolError(
          "the server sends bytes " + offset + "+" + length + ", and " + what() + " was asked for");
    }
    Map.Entry<Long, Long> before = covered.lowerEntry(offset + length);
    if (before != null && before.getValue() > offset) {
      throw new ProtocolError("the server sends bytes " + offset + "+" + length + " twice");
    }
    covered.put(offset, offset + length);
    return from + (int) (offset - request.offset());
  }

  void add(BlockStatus part, Iterable<Integer> contexts) throws ProtocolError {
    boolean known = false;
    for (int context : contexts) {
      known |= context == part.context();
    }
    boolean good =
        request.type() == Command.BLOCK_STATUS
            && known
            && !part.extents().isEmpty()
            && part.extents().stream().allMatch(extent -> extent.length() > 0);
    if (!good || status.put(part.context(), part.extents()) != null) {
      throw new ProtocolError("the server sends a block status that cannot be");
    }
  }

  void fail(ErrorText text) {
    error =
        "error " + text.error() + (text.text().isBlank() ? "" : " (" + text.text().strip() + ")");
  }

  /// All has arrived.
  ///
  /// @throws ProtocolError when something is missing
  void end(Iterable<Integer> contexts) throws ProtocolError {
    if (error != null) {
      done.completeExceptionally(new IOException("the server answers with " + error));
      return;
    }
    if (request.type() == Command.READ) {
      long sum = covered.entrySet().stream().mapToLong(e -> e.getValue() - e.getKey()).sum();
      if (sum != request.length()) {
        throw new ProtocolError("the server sent " + sum + " bytes of " + what());
      }
    }
    if (request.type() == Command.BLOCK_STATUS) {
      for (int context : contexts) {
        if (!status.containsKey(context)) {
          throw new ProtocolError("the server leaves a context out of a block status");
        }
      }
    }
    done.complete(null);
  }

  void fail(IOException why) {
    done.completeExceptionally(why);
  }

  /// @return false when the time is over, and it is still not known
  /// @throws IOException that names the range
  boolean await(String place, Duration time) throws IOException {
    try {
      done.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot read " + what() + " of " + place + ": " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading " + what() + " of " + place, e);
    }
  }

  List<StatusExtent> status(int context) {
    return status.getOrDefault(context, List.of());
  }

  private String what() {
    return "bytes " + request.offset() + "+" + request.length();
  }
}
