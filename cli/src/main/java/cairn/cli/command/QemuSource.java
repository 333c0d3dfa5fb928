package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.capture.BitmapWrites;
import cairn.engine.capture.Converge;
import cairn.engine.capture.Stillness;
import cairn.export.qcow.QcowOptions;
import cairn.export.qcow.QcowSink;
import cairn.repository.snapshot.Snapshot;
import cairn.volume.GuestVolume;
import cairn.volume.NbdVolume;
import cairn.volume.Sinks;
import cairn.volume.qemu.GuestDisk;
import cairn.volume.qemu.GuestMoment;
import cairn.volume.qemu.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// The disks of a running guest of QEMU, all at one moment. Bitmaps of QEMU say what was written to
/// since the last snapshot.
final class QemuSource {
  private static final String SCHEME = "qemu:";
  private static final String DEVICE = "?device=";
  private static final int BLOCK_BYTES = 64 << 10;

  /// What of a bitmap a snapshot remembers its name as.
  private static final String TRACKER = "tracker";

  private final QmpClient qmp;
  private final GuestMoment moment;
  private final List<NamedVolume> volumes = new ArrayList<>();

  private QemuSource(QmpClient qmp, GuestMoment moment) {
    this.qmp = qmp;
    this.moment = moment;
  }

  static boolean isOne(String source) {
    return source.startsWith(SCHEME);
  }

  /// @param source `qemu:SOCKET` or `qemu:SOCKET?device=NAME`
  /// @param before the snapshot that is to be the parent
  /// @param folder where what the guest overwrites meanwhile is kept
  static QemuSource open(
      String source, Optional<Snapshot> before, RandomGenerator chance, Path folder)
      throws IOException {
    String rest = source.substring(SCHEME.length());
    int query = rest.indexOf(DEVICE);
    Path socket = Path.of(query < 0 ? rest : rest.substring(0, query)).toAbsolutePath();
    String device = query < 0 ? "" : rest.substring(query + DEVICE.length());
    QmpClient qmp = QmpClient.connect(socket);
    try {
      GuestMoment.sweep(qmp);
      List<GuestMoment.Shown> disks = new ArrayList<>();
      for (GuestDisk disk : wanted(GuestDisk.all(qmp), device)) {
        disks.add(new GuestMoment.Shown(disk, last(disk, before), newName(chance)));
      }
      GuestMoment moment = GuestMoment.take(qmp, disks, socket, folder, QemuSource::makeImage);
      QemuSource guest = new QemuSource(qmp, moment);
      guest.connect(disks);
      return guest;
    } catch (IOException | RuntimeException e) {
      qmp.close();
      throw e;
    }
  }

  private static List<GuestDisk> wanted(List<GuestDisk> all, String device) throws UsageError {
    List<GuestDisk> wanted =
        all.stream().filter(disk -> device.isEmpty() || device.equals(disk.name())).toList();
    if (wanted.isEmpty()) {
      String names = all.stream().map(GuestDisk::name).collect(Collectors.joining(", "));
      throw new UsageError(
          device.isEmpty()
              ? "the guest has no disk that it may write to"
              : "the guest has no disk '" + device + "', only " + names);
    }
    return wanted;
  }

  /// The bitmap that begins where the snapshot ends.
  private static Optional<String> last(GuestDisk disk, Optional<Snapshot> before) {
    return before.stream()
        .flatMap(snapshot -> snapshot.details().volumes().stream())
        .filter(volume -> volume.name().equals(disk.name()))
        .map(volume -> volume.source().getOrDefault(TRACKER, ""))
        .filter(disk.bitmaps()::contains)
        .findFirst();
  }

  private static String newName(RandomGenerator chance) {
    return "cairn-" + HexFormat.of().toHexDigits(chance.nextLong());
  }

  private static void makeImage(Path file, long size) throws IOException {
    QcowOptions options = QcowOptions.suitedTo(size, BLOCK_BYTES);
    try (QcowSink image = new QcowSink(Sinks.file(file.toString(), false), size, options)) {
      image.finish();
      image.publish();
    }
  }

  private void connect(List<GuestMoment.Shown> disks) throws IOException {
    boolean good = false;
    try {
      for (GuestMoment.Shown disk : disks) {
        String last = disk.last().orElse("");
        NbdVolume volume = NbdVolume.open(moment.uri(disk).toString(), last);
        volumes.add(
            new NamedVolume(
                disk.disk().name(),
                new GuestVolume(volume, moment),
                Optional.of(BitmapWrites.of(volume, last, disk.next()))));
      }
      good = true;
    } finally {
      if (!good) {
        end(warning -> {});
      }
    }
  }

  BackupRequest.Sources sources() {
    return new BackupRequest.Sources(volumes, Stillness.NONE, Converge.Limits.DEFAULT);
  }

  /// There is a snapshot.
  void keep() {
    moment.keep();
  }

  /// Leaves the guest as it was, apart from the bitmap that counts from now on. Once: later calls
  /// do nothing.
  ///
  /// @param warning is told what could not be undone, which does not touch the snapshot
  void end(Consumer<String> warning) {
    for (NamedVolume volume : volumes) {
      attempt(volume.volume()::close, warning);
    }
    attempt(moment::close, warning);
    attempt(qmp::close, warning);
    volumes.clear();
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void attempt(Step step, Consumer<String> warning) {
    try {
      step.run();
    } catch (IOException e) {
      warning.accept(String.valueOf(e.getMessage()));
    }
  }
}
