package cairn.cli.command;

import cairn.cli.shell.UsageError;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Whose policy it is about.
final class PolicyTarget {
  @Parameters(paramLabel = "GROUP", arity = "0..1", description = "The group whose policy it is.")
  private @Nullable String group;

  @Option(
      names = "--default",
      order = 9,
      description = "In place of GROUP: the policy of all groups without one of their own.")
  private boolean standard;

  /// Empty for all groups without a policy of their own.
  Optional<String> group() throws UsageError {
    if (standard == (group != null)) {
      throw new UsageError("name a group, or give --default for all groups without a policy");
    }
    return Optional.ofNullable(group);
  }

  static String words(Optional<String> group) {
    return group.map(name -> "of group " + name).orElse("of groups without one of their own");
  }
}
