package cairn.cli.command;

import cairn.cli.shell.Environment;
import cairn.cli.shell.UsageError;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `-r`: where the repository is.
final class RepositoryOption {
  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.*");

  private final Environment environment;

  @Option(
      names = {"-r", "--repository"},
      paramLabel = "REPO",
      order = 1,
      description =
          "Folder of the repository. Default: $CAIRN_REPOSITORY, else /var/lib/cairn for root, else"
              + " ~/.local/share/cairn.")
  private @Nullable String repository;

  RepositoryOption(Environment environment) {
    this.environment = environment;
  }

  /// Whether the command line says nothing about where it is.
  boolean isImplied() {
    return repository == null || repository.isEmpty();
  }

  Path folder() throws UsageError {
    Optional<String> given = given();
    if (given.isEmpty()) {
      return environment.defaultRepository();
    }
    String name = given.get();
    if (URL.matcher(name).matches()) {
      throw new UsageError(
          "this version keeps repositories in folders only, not at URLs such as " + name);
    }
    try {
      return Path.of(name).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new UsageError("'" + name + "' is no path of a folder", e);
    }
  }

  private Optional<String> given() {
    return Optional.ofNullable(repository)
        .filter(name -> !name.isEmpty())
        .or(() -> environment.get(Environment.REPOSITORY));
  }
}
