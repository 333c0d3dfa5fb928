package cairn.cli.command;

import cairn.cli.report.Units;
import cairn.cli.shell.UsageError;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a volume becomes one of another size.
final class ResizeOptions {
  @Option(
      names = "--resize",
      order = 20,
      description = {
        "Make it fit a larger or smaller target: the last partition whose size can be changed takes"
            + " up the difference, with what is in it; those behind it move along. ext2, ext3, ext4"
            + " and btrfs grow and shrink, XFS grows. In a physical volume of LVM the last logical"
            + " volume whose size can be changed does, and those behind it move along; when a disk"
            + " becomes smaller, free extents go first. The plan is printed and checked before"
            + " anything is written."
      })
  private boolean resize;

  @Option(
      names = "--part",
      paramLabel = "PLACE",
      order = 21,
      description = {
        "With --resize: the partition or logical volume to change, such as p2, LABEL=root or"
            + " group/root. Of a physical volume of LVM that is named itself, only the free extents"
            + " change."
      })
  private @Nullable String part;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      order = 22,
      description = "With --resize: the size of a target that is a file, such as 40G.")
  private @Nullable String size;

  @Option(
      names = "--dry-run",
      order = 23,
      description = "With --resize: only say what would go where.")
  private boolean dryRun;

  boolean isWanted() throws UsageError {
    if (!resize && (part != null || size != null || dryRun)) {
      throw new UsageError("--part, --size and --dry-run are for a restore with --resize");
    }
    return resize;
  }

  boolean isDryRun() {
    return dryRun;
  }

  Optional<String> part() {
    return Optional.ofNullable(part);
  }

  OptionalLong size() throws UsageError {
    if (size == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Units.parseBytes(size));
    } catch (IllegalArgumentException e) {
      throw new UsageError("--size " + size + " is no size, such as 40G");
    }
  }
}
