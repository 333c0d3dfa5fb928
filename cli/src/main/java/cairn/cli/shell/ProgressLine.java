package cairn.cli.shell;

import cairn.cli.report.Units;
import cairn.engine.Progress;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// One line on standard error that is drawn again and again, and gone when closed: phase, percent,
/// rate and the time that is left.
public final class ProgressLine implements Progress, AutoCloseable {
  private static final long REDRAW_MILLIS = 200;
  private static final int COLUMNS = 79;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream err;
  private final InstantSource clock;
  private final boolean watched;
  private final LongAdder done = new LongAdder();
  private final AtomicLong drawn = new AtomicLong();
  private volatile Phase phase = new Phase("", 0, 0);

  private record Phase(String name, long total, long startedMillis) {}

  public ProgressLine(PrintStream err, InstantSource clock, boolean watched) {
    this.err = err;
    this.clock = clock;
    this.watched = watched;
  }

  @Override
  public void begin(String name, long totalBytes) {
    done.reset();
    phase = new Phase(name, totalBytes, clock.millis());
    drawn.set(0);
    advance(0);
  }

  @Override
  public void advance(long bytes) {
    done.add(bytes);
    if (!watched) {
      return;
    }
    long now = clock.millis();
    long last = drawn.get();
    if (Math.abs(now - last) >= REDRAW_MILLIS && drawn.compareAndSet(last, now)) {
      draw(text(phase, done.sum(), now));
    }
  }

  /// Makes room for something else; the line is drawn again when work gets on.
  public void clear() {
    if (watched && drawn.get() != 0) {
      draw("");
    }
  }

  @Override
  public void close() {
    clear();
  }

  private synchronized void draw(String text) {
    err.print(CLEAR + text);
    err.flush();
  }

  private static String text(Phase phase, long done, long now) {
    StringBuilder text = new StringBuilder(phase.name);
    double seconds = (now - phase.startedMillis) / 1e3;
    if (phase.total > 0) {
      text.append("  ").append(Math.min(100, done * 100 / phase.total)).append(" %");
    }
    if (seconds > 0.5 && done > 0) {
      double rate = done / seconds;
      text.append("  ").append(Math.round(rate / 1e6)).append(" MB/s");
      if (phase.total > done) {
        text.append("  ").append(Units.duration((long) ((phase.total - done) / rate * 1e3)));
        text.append(" left");
      }
    }
    return text.length() <= COLUMNS ? text.toString() : text.substring(0, COLUMNS);
  }
}
