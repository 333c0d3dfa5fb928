package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.volume.ImageFormat;
import picocli.CommandLine.Option;

/// How image files are to be understood.
final class FormatOption {
  private static final String OVERLAY = "overlay";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      order = 18,
      description =
          "What image files are: 'raw' takes a file as it is, 'qcow2' takes the disk in it;"
              + " 'overlay', for a backup, is what 'cairn nbd --writable' made. Default: as the"
              + " file looks.")
  private String format = "";

  boolean isGuessed() {
    return format.isEmpty();
  }

  boolean isOverlay() {
    return OVERLAY.equals(format);
  }

  /// @throws UsageError also when it is that of an overlay, which is no image by itself
  ImageFormat get() throws UsageError {
    return switch (format) {
      case "" -> ImageFormat.GUESSED;
      case "raw" -> ImageFormat.RAW;
      case "qcow2" -> ImageFormat.QCOW2;
      case OVERLAY -> throw new UsageError("--format overlay is for a backup of one overlay");
      default -> throw new UsageError("--format is raw, qcow2 or overlay, not '" + format + "'");
    };
  }
}
