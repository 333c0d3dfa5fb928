package cairn.cli.shell;

import cairn.engine.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C and SIGTERM: the command is asked to stop and gets time to leave everything in order. A
/// second Ctrl-C ends the process at once, which the repository survives too.
public final class Interruption {
  private static final long PATIENCE_SECONDS = 60;

  private final Cancellation cancellation;
  private final ControllingTerminal terminal;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode = ExitCode.INTERRUPTED.number();

  public Interruption(Cancellation cancellation, ControllingTerminal terminal) {
    this.cancellation = cancellation;
    this.terminal = terminal;
  }

  /// From now on signals are heeded.
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "interruption"));
  }

  /// Ends the process: the command has.
  public void exit(int code) {
    exitCode = code;
    ended.countDown();
    System.exit(code);
  }

  /// Runs while the process ends for whatever reason; the exit code of a signal is already decided
  /// on, and only `halt` changes it.
  private void shutDown() {
    if (ended.getCount() == 0) {
      return;
    }
    cancellation.cancel();
    if (!terminal.abandon()) {
      letTheNextSignalKill();
      awaitEnd();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private void awaitEnd() {
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("cairn: interrupted, and the work did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// By reflection, because the compiler warns of this class of the module jdk.unsupported and
  /// there is no other way: while the JVM shuts down it ignores further signals.
  private static void letTheNextSignalKill() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object kill = handler.getField("SIG_DFL").get(null);
      for (String name : new String[] {"INT", "TERM"}) {
        Object each = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, each, kill);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return; // then the end is awaited, however often somebody asks
    }
  }
}
