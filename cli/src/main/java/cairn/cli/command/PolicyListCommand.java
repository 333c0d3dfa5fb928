package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.shell.Shell;
import cairn.repository.config.Policies;
import cairn.repository.config.Policy;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn policy list`.
@Command(
    name = "list",
    header = "List the stored policies.",
    description = "Needs no key: it shows what is stored.",
    footer = {"%nExamples:", "  cairn policy list"})
@JsonFields("policies: list of group (null for all without a policy of their own) and policy")
final class PolicyListCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  PolicyListCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Closed closed = access.openStorage()) {
      return new Result(closed.config().policies());
    }
  }

  private record Result(Policies policies) implements Outcome {
    @Override
    public void print(PrintStream out) {
      if (policies.isEmpty()) {
        out.println("No policies.");
        return;
      }
      Table table = Table.of("GROUP", "KEEP");
      policies.groups().forEach((group, policy) -> table.row(group, policy.toString()));
      policies.standard().ifPresent(policy -> table.row("(all others)", policy.toString()));
      table.print(out);
    }

    @Override
    public Json json() {
      List<Json> all = new ArrayList<>();
      policies.groups().forEach((group, policy) -> all.add(json(Optional.of(group), policy)));
      policies.standard().ifPresent(policy -> all.add(json(Optional.empty(), policy)));
      return new Json().putObjects("policies", all);
    }

    private static Json json(Optional<String> group, Policy policy) {
      return new Json().put("group", group).put("policy", RetentionText.json(policy));
    }
  }
}
