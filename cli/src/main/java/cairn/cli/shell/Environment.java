package cairn.cli.shell;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What the process finds set when it starts.
///
/// @param variables of the environment
/// @param root whether the user may do everything
public record Environment(Map<String, String> variables, boolean root) {
  public static final String REPOSITORY = "CAIRN_REPOSITORY";
  public static final String PASSPHRASE = "CAIRN_PASSPHRASE";
  public static final String NEW_PASSPHRASE = "CAIRN_NEW_PASSPHRASE";
  public static final String DEBUG = "CAIRN_DEBUG";

  public Environment {
    variables = Map.copyOf(variables);
  }

  /// The value of a variable; one that is empty counts as not set.
  public Optional<String> get(String variable) {
    return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isEmpty());
  }

  /// Where the embedded repository lies when nothing is said.
  public Path defaultRepository() {
    if (root) {
      return Path.of("/var/lib/cairn");
    }
    Path home = Path.of(get("HOME").orElse(System.getProperty("user.home", "/")));
    return get("XDG_DATA_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElse(home.resolve(".local/share"))
        .resolve("cairn");
  }
}
