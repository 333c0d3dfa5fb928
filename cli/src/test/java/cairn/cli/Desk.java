package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.Terminal;
import cairn.engine.Cancellation;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Where a person sits and runs commands, each in this process: sees what they print, and types
/// what they ask for.
final class Desk {
  private final Map<String, String> environment = new HashMap<>();
  private final Deque<String> typed = new ArrayDeque<>();

  /// What came of one command.
  record Result(int exitCode, String out, String err) {
    /// The one JSON object on standard output.
    JsonObject json() {
      assertThat(out.lines()).as(err).hasSize(1);
      return JsonParser.parseString(out).getAsJsonObject();
    }

    Result expect(int expected) {
      assertThat(exitCode).as("exit code; printed: %s %s", out, err).isEqualTo(expected);
      return this;
    }

    /// One clear sentence, and nothing that only a programmer understands.
    void expectSentence(int expected, String... parts) {
      expect(expected);
      assertThat(err.lines()).hasSize(1);
      assertThat(err).startsWith("cairn: ").contains(parts).doesNotContain("Exception", "\tat ");
      assertThat(err.strip()).doesNotContain("null", "internal error");
    }
  }

  private final class Person implements Terminal {
    @Override
    public boolean isWatched() {
      return false;
    }

    @Override
    public char[] askSecret(String prompt) throws IOException {
      return typed.isEmpty() ? NOBODY.askSecret(prompt) : typed.removeFirst().toCharArray();
    }
  }

  /// At a desk where this repository is the usual one.
  static Desk withRepository(Path repository) {
    return new Desk().set(Environment.REPOSITORY, repository.toString());
  }

  Desk set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /// Will be typed when something is asked.
  Desk type(String... lines) {
    typed.addAll(List.of(lines));
    return this;
  }

  /// A command that runs until somebody ends it.
  final class Running {
    private final Cancellation cancellation = new Cancellation();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final FutureTask<Result> result;

    private Running(Object... arguments) {
      result = new FutureTask<>(() -> run(out, cancellation, arguments));
      Thread.ofPlatform().daemon().start(result);
    }

    /// What it has printed, as soon as that is a line or it has ended.
    String firstLine() throws Exception {
      while (!out.toString(StandardCharsets.UTF_8).contains("\n") && !hasEnded()) {}
      return out.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
    }

    /// Waits a little.
    private boolean hasEnded() throws Exception {
      try {
        var _ = result.get(5, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      }
    }

    /// As by Ctrl-C.
    Result end() throws Exception {
      cancellation.cancel();
      return result.get();
    }
  }

  Running start(Object... arguments) {
    return new Running(arguments);
  }

  Result run(Object... arguments) {
    return run(new ByteArrayOutputStream(), new Cancellation(), arguments);
  }

  private Result run(ByteArrayOutputStream out, Cancellation cancellation, Object... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell =
        new Shell(
            new Shell.Streams(printer(out), printer(err)),
            new Person(),
            new Environment(environment, false),
            Wiring::surroundings,
            cancellation);
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exitCode = new Program(shell).run(words);
    shell.out().flush();
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream printer(ByteArrayOutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }
}
