package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.collect.CollectRequest;
import cairn.engine.retention.Forget;
import cairn.engine.retention.ForgetPlan;
import cairn.engine.upkeep.NoSuchSnapshot;
import cairn.repository.Repository;
import cairn.repository.config.Policies;
import cairn.repository.config.Policy;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn forget`.
@Command(
    name = "forget",
    header = "Remove snapshots: those named, or all that a policy does not keep.",
    description = {
      "Removes the records of snapshots. The data that only they needed stays where it is until"
          + " 'cairn gc' gives it back, or --gc does so at once.",
      "With snapshots named, removes them all or, when one of the names is wrong or one is pinned,"
          + " none. With --keep options, removes in each group all snapshots that they do not keep."
          + " With neither, does so by the policies stored with 'cairn policy set', and leaves"
          + " groups without one alone. --dry-run shows what would happen and removes nothing.",
      RetentionText.RULES,
      RetentionText.TIME,
      RetentionText.PINS,
    },
    footer = {
      "%nExamples:",
      "  cairn forget 1f3a 77b0 latest:laptop",
      "  cairn forget --keep-daily 7 --keep-weekly 4 --keep-yearly 10 --dry-run",
      "  cairn forget --group laptop --keep-within 30d",
      "  cairn forget --gc",
    })
@JsonFields({
  "dryRun: whether nothing was removed because of --dry-run",
  "groups: list of group, policy, kept (list of id and reason) and forgotten (list of ids); empty"
      + " when snapshots are named",
  "forgotten: list of ids of all snapshots removed, or to be removed without --dry-run",
  "warnings: snapshot records that are damaged or could not be read; none of them is removed",
  "gc: with --gc, what 'cairn gc --json' prints; null without",
})
final class ForgetCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;
  @Mixin private final KeepOptions keep = new KeepOptions();

  @Parameters(paramLabel = "SNAPSHOT", arity = "0..*", description = SnapshotText.REFERENCE)
  private List<String> references = List.of();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      order = 17,
      description = "Apply the policy to this group only.")
  private @Nullable String group;

  @Option(
      names = {"-n", "--dry-run"},
      order = 18,
      description = "Only show what would be kept and what forgotten.")
  private boolean dryRun;

  @Option(
      names = "--gc",
      order = 19,
      description = "Then give back the space, as 'cairn gc' without options does.")
  private boolean collects;

  ForgetCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (!references.isEmpty() && (keep.areGiven() || group != null)) {
      throw new UsageError(
          "name the snapshots to forget, or say with --keep options which to keep, but not both");
    }
    if (collects && dryRun) {
      throw new UsageError(
          "what --dry-run leaves in place has no space to give back: use --gc without it");
    }
    try (Opened opened = collects ? access.openToStore() : access.open()) {
      Repository repository = opened.repository();
      Forgotten forgotten = references.isEmpty() ? byPolicy(repository) : named(repository);
      return collects ? collected(repository, forgotten) : forgotten;
    }
  }

  private Outcome collected(Repository repository, Forgotten forgotten)
      throws IOException, CorruptData {
    if (!isJson()) {
      forgotten.print(shell().out());
    }
    GcRun run = new GcRun(shell(), isJson());
    return new ForgottenAndCollected(forgotten, run.run(repository, CollectRequest.DEFAULT));
  }

  private Forgotten named(Repository repository) throws IOException, CorruptData {
    Catalog catalog = Catalog.of(repository);
    Set<Snapshot> found = new LinkedHashSet<>();
    for (String reference : references) {
      found.add(catalog.find(reference));
    }
    List<Snapshot> snapshots = List.copyOf(found);
    if (dryRun) {
      Forget.check(repository, snapshots);
    } else {
      Forget.run(repository, snapshots);
    }
    return new Forgotten(dryRun, Optional.empty(), snapshots, catalog.warnings());
  }

  private Forgotten byPolicy(Repository repository) throws IOException, CorruptData {
    Optional<Policy> given = keep.areGiven() ? Optional.of(keep.policy()) : Optional.empty();
    Function<String, Optional<Policy>> policies =
        given.isPresent() ? any -> given : stored(repository.config().policies());
    Catalog catalog = Catalog.of(repository);
    ForgetPlan plan =
        ForgetPlan.of(
            wanted(catalog), policies, repository.pins().pinned(), ZoneId.systemDefault());
    List<Snapshot> snapshots = plan.forgotten();
    if (!dryRun) {
      Forget.run(repository, snapshots);
    }
    return new Forgotten(dryRun, Optional.of(plan), snapshots, catalog.warnings());
  }

  private Function<String, Optional<Policy>> stored(Policies policies) throws UsageError {
    if (group == null ? policies.isEmpty() : policies.holdingFor(group).isEmpty()) {
      throw new UsageError(
          (group == null ? "no policy is stored" : "no policy is stored for group '" + group + "'")
              + ": say what to keep, for example with --keep-daily 7, name the snapshots to"
              + " forget, or store a policy with 'cairn policy set'");
    }
    return policies::holdingFor;
  }

  private List<Snapshot> wanted(Catalog catalog) throws NoSuchSnapshot {
    List<Snapshot> all = catalog.listing().snapshots();
    if (group == null) {
      return all;
    }
    List<Snapshot> wanted = all.stream().filter(each -> each.group().equals(group)).toList();
    if (wanted.isEmpty()) {
      throw new NoSuchSnapshot(
          "there is no snapshot in group '" + group + "': 'cairn snapshots' lists them");
    }
    return wanted;
  }
}
