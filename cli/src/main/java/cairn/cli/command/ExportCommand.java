package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.export.ImageKind;
import cairn.export.QemuImg;
import cairn.linux.NameNotStored;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn export`.
@Command(
    name = "export",
    header = "Write a volume of a snapshot as a disk image for virtual machines.",
    description = {
      "Makes a new image file: qcow2 or raw, or, where 'qemu-img' is installed, vmdk, vhdx, vdi or"
          + " vpc. A file appears under its name when it is whole, durable, and was read back: all"
          + " of a qcow2 file against checksums, and a sample of the disk in it as a guest reads"
          + " it, or all with --verify.",
      "Of several snapshots, each becomes a qcow2 image that holds only what differs from the"
          + " one before and has that as its backing file. The last one has the name given, the"
          + " others have their ids in it.",
      "Damage in the repository is named with the byte ranges that it costs, and the exit code is"
          + " 4. No file appears then, unless with --keep-damaged; what is lost reads as zeros.",
    },
    footer = {
      "%nExamples:",
      "  cairn export latest disk.qcow2",
      "  cairn export latest disk.qcow2 --compress",
      "  cairn export 1f3a 77b0 latest disk.qcow2",
      "  cairn export latest:laptop root.vmdk --volume root",
    })
@JsonFields({
  "format: kind of the image",
  "images: list of snapshot, volume, target, backing (or null), bytesTotal, bytesWritten,"
      + " bytesVerified and bytesOfFile",
  "durationMillis: time that it took",
  "problems: list of damage and of the byte ranges that it cost, with kind, id, type and text; a"
      + " type of 'affected' has volume, offset and length",
  "published: whether the files have their names",
  "ok: whether there are no problems",
  "warnings: snapshot records that are damaged",
})
final class ExportCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(
      paramLabel = "SNAPSHOT... TARGET",
      arity = "2..*",
      description = "One snapshot or several, as 'cairn show' takes them, and the file to make.")
  private List<String> words = List.of();

  @Mixin private final VolumeOption volume;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      order = 11,
      description =
          "qcow2, raw, vmdk, vhdx, vdi or vpc. Default: by the end of the name of TARGET.")
  private @Nullable String format;

  @Option(
      names = "--compress",
      order = 12,
      description =
          "Compress a qcow2 image, by zstd, in clusters as large as blocks. What is stored"
              + " compressed is not compressed anew.")
  private boolean compress;

  @Option(names = "--force", order = 13, description = "Replace a file that is not empty.")
  private boolean force;

  @Option(names = "--verify", order = 14, description = "Read back and compare everything.")
  private boolean verify;

  @Option(
      names = "--keep-damaged",
      order = 15,
      description = "Make the file although the repository has lost some of it.")
  private boolean keepDamaged;

  @Option(
      names = "--qemu-img",
      paramLabel = "PROGRAM",
      order = 16,
      description = "The program that makes vmdk, vhdx, vdi and vpc. Default: qemu-img.")
  private String qemuImg = "qemu-img";

  ExportCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
    this.volume = new VolumeOption();
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    String target = words.getLast();
    List<String> references = words.subList(0, words.size() - 1);
    QemuImg qemu = new QemuImg(qemuImg, shell().cancellation()::check);
    ExportTarget.Manner manner =
        new ExportTarget.Manner(kind(target, references.size()), compress, force, qemu);
    if (manner.kind().isConverted()) {
      qemu.expectPresent();
    }
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      List<Source> sources = new ArrayList<>();
      for (String reference : references) {
        Snapshot snapshot = catalog.find(reference);
        sources.add(new Source(snapshot, volume.of(snapshot)));
      }
      checkFit(sources);
      try (View view = opened.repository().openView();
          ProgressLine progress = shell().progress();
          Export export = new Export(view, manner, progress)) {
        for (Source source : sources.subList(0, sources.size() - 1)) {
          export.add(source, sibling(target, source.snapshot));
        }
        export.add(sources.getLast(), target);
        return export.end(catalog.warnings());
      }
    }
  }

  private record Source(Snapshot snapshot, VolumeImage volume) {}

  private ImageKind kind(String target, int snapshots) throws UsageError {
    String kinds =
        Arrays.stream(ImageKind.values()).map(ImageKind::word).collect(Collectors.joining(", "));
    Optional<ImageKind> kind = format == null ? ImageKind.ofName(target) : ImageKind.ofWord(format);
    if (kind.isEmpty()) {
      throw new UsageError(
          format == null
              ? "the name of " + target + " does not tell its format: say --format, one of " + kinds
              : "--format is one of " + kinds + ", not '" + format + "'");
    }
    if (kind.get() != ImageKind.QCOW2 && (compress || snapshots > 1)) {
      throw new UsageError(
          (compress ? "--compress is" : "several snapshots are") + " for images of format qcow2");
    }
    if (snapshots > 1 && keepDamaged) {
      throw new UsageError(
          "--keep-damaged is for one snapshot: what is lost would show what the one before holds");
    }
    return kind.get();
  }

  private static void checkFit(List<Source> sources) throws UsageError {
    if (sources.stream().map(source -> source.snapshot.id()).distinct().count() < sources.size()) {
      throw new UsageError("a snapshot is named twice");
    }
    if (sources.stream().map(source -> source.volume.blockBytes()).distinct().count() > 1) {
      throw new UsageError("the snapshots have blocks of different sizes: export each by itself");
    }
  }

  /// `disk-1f3a77b0.qcow2` beside `disk.qcow2`.
  private static String sibling(String target, Snapshot snapshot) {
    int dot = target.lastIndexOf('.');
    int cut = dot > target.lastIndexOf('/') + 1 ? dot : target.length();
    String id = Describe.shortId(snapshot.id());
    return target.substring(0, cut) + "-" + id + target.substring(cut);
  }

  /// The images of one run: all are made before any of them has its name.
  private final class Export implements AutoCloseable {
    private final View view;
    private final ExportTarget.Manner manner;
    private final ProgressLine progress;
    private final List<ExportTarget> targets = new ArrayList<>();
    private final List<RestoreReport> reports = new ArrayList<>();
    private final List<String> named = new ArrayList<>();

    Export(View view, ExportTarget.Manner manner, ProgressLine progress) {
      this.view = view;
      this.manner = manner;
      this.progress = progress;
    }

    void add(Source source, String file) throws IOException {
      Optional<ExportTarget> below =
          targets.isEmpty() ? Optional.empty() : Optional.of(targets.getLast());
      Leftover.remove(shell(), file);
      ExportTarget target = ExportTarget.open(source.snapshot, source.volume, file, manner, below);
      targets.add(target);
      RestoreRequest request =
          new RestoreRequest(
              source.snapshot,
              source.volume,
              target.sink(),
              verify,
              below.map(ExportTarget::volume));
      Restore restore =
          new Restore(view, shell().surroundings().get(), progress, shell().cancellation());
      try {
        reports.add(restore.run(request));
      } catch (IOException | CorruptData e) {
        throw new Explained(e, state());
      }
    }

    ExportOutcome end(List<String> warnings) throws IOException {
      List<Problem> problems =
          reports.stream().flatMap(report -> report.problems().stream()).toList();
      boolean publish = problems.isEmpty() || keepDamaged;
      try {
        for (ExportTarget target : publish ? targets : List.<ExportTarget>of()) {
          shell().cancellation().check();
          publish(target);
        }
      } catch (IOException e) {
        throw new Explained(e, state());
      }
      List<ExportOutcome.Image> images = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        String backing = i == 0 ? null : targets.get(i - 1).file();
        images.add(ExportOutcome.Image.of(targets.get(i), backing, reports.get(i), publish));
      }
      return new ExportOutcome(manner.kind(), images, problems, publish, warnings);
    }

    private void publish(ExportTarget target) throws IOException {
      try {
        target.sink().publish();
      } catch (NameNotStored e) {
        named.add(target.file());
        throw e;
      }
      named.add(target.file());
    }

    /// What a person should know of the files when there was a failure.
    private String state() {
      List<String> others =
          targets.stream().map(ExportTarget::file).filter(file -> !named.contains(file)).toList();
      String whole = String.join(", ", named) + (named.size() == 1 ? " is" : " are") + " whole";
      if (others.isEmpty()) {
        return whole;
      }
      return (named.isEmpty() ? "" : whole + "; ")
          + String.join(", ", others)
          + (others.size() == 1 ? " is" : " are")
          + " as before";
    }

    @Override
    public void close() throws IOException {
      for (ExportTarget target : targets.reversed()) {
        target.sink().close();
      }
    }
  }
}
