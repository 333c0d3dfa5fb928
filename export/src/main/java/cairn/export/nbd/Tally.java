package cairn.export.nbd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// What a server did, and what it could not do. Safe for use by several threads.
public final class Tally {
  /// What a person still reads.
  private static final int FAILURES_KEPT = 100;

  private final LongAdder connections = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final List<Failure> kept = new ArrayList<>();

  /// A request that was answered with an error that is not the client's.
  ///
  /// @param kind of request
  /// @param offset of the bytes that it was about
  /// @param why it failed
  public record Failure(String export, Kind kind, long offset, Throwable why) {}

  /// The kinds of requests that can fail.
  public enum Kind {
    READ,
    WRITE,
    FLUSH
  }

  void connected() {
    connections.increment();
  }

  void refused() {
    refusals.increment();
  }

  void read(long bytes) {
    bytesRead.add(bytes);
  }

  void wrote(long bytes) {
    bytesWritten.add(bytes);
  }

  void failed(Failure failure) {
    failures.increment();
    synchronized (kept) {
      if (kept.size() < FAILURES_KEPT) {
        kept.add(failure);
      }
    }
  }

  /// Connections that were taken.
  public long connections() {
    return connections.sum();
  }

  /// Connections that were not taken, because there were too many, or that came to no agreement.
  public long refusals() {
    return refusals.sum();
  }

  /// Content that clients got.
  public long bytesRead() {
    return bytesRead.sum();
  }

  /// Content that clients gave.
  public long bytesWritten() {
    return bytesWritten.sum();
  }

  /// Requests that failed.
  public long failureCount() {
    return failures.sum();
  }

  /// The first of them.
  public List<Failure> failures() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }
}
