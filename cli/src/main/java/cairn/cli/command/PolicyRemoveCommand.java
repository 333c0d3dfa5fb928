package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.repository.config.Policies;
import cairn.repository.crypto.Protection;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn policy remove`.
@Command(
    name = "remove",
    header = "Remove a stored policy.",
    description = {
      "From then on 'cairn forget' by itself goes by the default policy for this group, or leaves"
          + " it alone when there is none.",
    },
    footer = {
      "%nExamples:",
      "  cairn policy remove laptop",
      "  cairn policy remove --default",
    })
@JsonFields("removed: the group, or null for all groups without a policy of their own")
final class PolicyRemoveCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;
  @Mixin private final PolicyTarget target = new PolicyTarget();

  PolicyRemoveCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    Optional<String> group = target.group();
    try (Closed closed = access.openStorage()) {
      Protection protection = access.keys().protection(closed.config());
      Policies policies = closed.config().policies();
      if (policies.get(group).isEmpty()) {
        throw new IOException(
            "there is no policy " + PolicyTarget.words(group) + ": 'cairn policy list' lists them");
      }
      ConfigChange.replacePolicies(closed, policies.with(group, Optional.empty()), protection);
      return new Result(group);
    }
  }

  private record Result(Optional<String> group) implements Outcome {
    @Override
    public void print(PrintStream out) {
      out.println("Removed the policy " + PolicyTarget.words(group));
    }

    @Override
    public Json json() {
      return new Json().put("removed", group);
    }
  }
}
