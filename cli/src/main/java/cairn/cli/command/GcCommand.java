package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.collect.CollectRequest;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cairn gc`.
@Command(
    name = "gc",
    header = "Give back the space of what no snapshot needs.",
    description = {
      "Marks what snapshots reach, prints a plan, then removes packs that hold nothing else. Packs"
          + " that are needed in part are copied first, as far as that pays. Runs while backups,"
          + " restores and checks run; it waits for backups that had begun before, and ends those"
          + " whose process is gone. It may be killed at any moment and run again.",
      "Nothing is deleted when anything is damaged or unreadable, when the storage does not keep"
          + " what it promised, or when more than half of the repository would go.",
    },
    footer = {
      "%nExamples:",
      "  cairn gc --dry-run",
      "  cairn gc",
      "  cairn gc --max-repack 10G --unused-limit 5",
    })
@JsonFields({
  "dryRun: whether nothing was done",
  "snapshots: snapshots marked",
  "nodes: different tree nodes read",
  "liveChunks: different chunks that snapshots need",
  "liveBytes: what they take in packs",
  "garbageChunks: different chunks that no snapshot needs",
  "garbageBytes: what is not needed, in packs that stay too",
  "pendingBytes: packs of backups that run or were broken off lately",
  "packBytes: all packs, before",
  "packsRemoved: packs removed, or that would be",
  "packsRepacked: packs of these whose needed chunks were copied first",
  "bytesRepacked: these chunks",
  "bytesFreed: what the repository shrank by, or would",
  "packsKept: packs that were to go and that somebody came to need meanwhile",
  "deduplicationFactor: bytes of data in all snapshots for each byte of different chunks",
  "averageChunkBytes: size of a chunk, decoded",
  "notes: what is unusual, but not wrong",
  "durationMillis: time that it took",
})
final class GcCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Option(names = "--dry-run", order = 10, description = "Only say what would be done.")
  private boolean dryRun;

  @Option(
      names = "--max-repack",
      paramLabel = "BYTES",
      order = 11,
      description = "Copy at most so much, such as 10G. Default: no limit.")
  private String maxRepack = "";

  @Option(
      names = "--unused-limit",
      paramLabel = "PERCENT",
      order = 12,
      description = "Let so much of what packs hold stay unused before any is copied. Default: 10.")
  private double unusedLimit = CollectRequest.DEFAULT.unusedPercent();

  @Option(
      names = "--keep-uploads",
      paramLabel = "DAYS",
      order = 13,
      description =
          "Keep for so long what broken-off backups uploaded: the next backup takes it over."
              + " Default: 7.")
  private int keepUploadsDays = (int) CollectRequest.DEFAULT.keepUploads().toDays();

  @Option(
      names = "--allow-large-deletion",
      order = 14,
      description = "Delete even if more than half of the repository is garbage.")
  private boolean allowLargeDeletion;

  GcCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    CollectRequest request = request();
    try (Opened opened = dryRun ? access.open() : access.openToStore()) {
      return new GcRun(shell(), isJson()).run(opened.repository(), request);
    }
  }

  private CollectRequest request() throws UsageError {
    if (!(unusedLimit >= 0 && unusedLimit <= 100)) {
      throw new UsageError("--unused-limit is from 0 to 100 percent, not " + unusedLimit);
    }
    if (keepUploadsDays < 0) {
      throw new UsageError("--keep-uploads is a number of days, not " + keepUploadsDays);
    }
    long repackBytes = Long.MAX_VALUE;
    if (!maxRepack.isEmpty()) {
      try {
        repackBytes = Units.parseBytes(maxRepack);
      } catch (IllegalArgumentException e) {
        throw new UsageError("--max-repack: " + e.getMessage());
      }
    }
    return new CollectRequest(
        dryRun,
        repackBytes,
        unusedLimit,
        allowLargeDeletion ? 100 : CollectRequest.DEFAULT.deletionPercentMax(),
        Duration.ofDays(keepUploadsDays));
  }
}
