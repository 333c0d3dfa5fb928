package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.repository.config.Policies;
import cairn.repository.config.Policy;
import cairn.repository.crypto.Protection;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn policy set`.
@Command(
    name = "set",
    header = "Store how long to keep the snapshots of a group.",
    description = {
      "Takes the place of the policy that the group has. Nothing is removed before 'cairn forget'"
          + " is run.",
      RetentionText.RULES,
      RetentionText.TIME,
      RetentionText.PINS,
    },
    footer = {
      "%nExamples:",
      "  cairn policy set --default --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
      "  cairn policy set laptop --keep-last 3 --keep-within 30d",
    })
@JsonFields({
  "group: the group, or null for all groups without a policy of their own",
  "policy: last, within (or null), hourly, daily, weekly, monthly and yearly",
})
final class PolicySetCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;
  @Mixin private final PolicyTarget target = new PolicyTarget();
  @Mixin private final KeepOptions keep = new KeepOptions();

  PolicySetCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    Optional<String> group = target.group();
    if (!keep.areGiven()) {
      throw new UsageError("say what to keep, for example with --keep-daily 7");
    }
    Policy policy = keep.policy();
    try (Closed closed = access.openStorage()) {
      Protection protection = access.keys().protection(closed.config());
      ConfigChange.replacePolicies(closed, changed(closed, group, policy), protection);
      return new Result(group, policy);
    }
  }

  private static Policies changed(Closed closed, Optional<String> group, Policy policy)
      throws UsageError {
    try {
      return closed.config().policies().with(group, Optional.of(policy));
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  private record Result(Optional<String> group, Policy policy) implements Outcome {
    @Override
    public void print(PrintStream out) {
      out.println("The policy " + PolicyTarget.words(group) + " is now: " + policy);
    }

    @Override
    public Json json() {
      return new Json().put("group", group).put("policy", RetentionText.json(policy));
    }
  }
}
