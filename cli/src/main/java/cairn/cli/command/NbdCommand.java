package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.export.nbd.Address;
import cairn.export.nbd.Export;
import cairn.export.nbd.Server;
import cairn.export.nbd.Tally;
import cairn.export.nbd.Tally.Failure;
import cairn.export.nbd.Tally.Kind;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.volume.nbd.TlsKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn nbd`.
@Command(
    name = "nbd",
    header = "Serve the volumes of a snapshot over the network, as disks.",
    description = {
      "Serves each volume as an export of its name, by the NBD protocol, to everything that speaks"
          + " it: QEMU, nbd-client, nbdcopy, qemu-img and others. Prints where, and runs until it"
          + " is ended by Ctrl-C or SIGTERM. The snapshot is not changed by anything.",
      "Whoever reaches the address reads everything, so it is one of this machine unless --listen"
          + " says otherwise; a Unix socket is for its owner alone. --tls encrypts and proves who"
          + " the server is, and lets no client in that does not encrypt.",
      "With --writable, clients may write: all of that goes into a file, the overlay, and the"
          + " snapshot stays as it is. What a client flushed survives a crash. The same overlay may"
          + " be served again with the same snapshot, and goes on where it was.",
      "A block that is damaged or cannot be read is answered with an error, never with zeros, and"
          + " told at the end.",
    },
    footer = {
      "%nExamples:",
      "  cairn nbd latest",
      "  cairn nbd latest --listen unix:/run/disk.sock",
      "  cairn nbd latest --volume vda --writable vda.overlay",
      "  cairn nbd 77b0 --changed-since 1f3a",
      "  cairn nbd latest --listen 0.0.0.0 --tls --tls-cert cert.pem --tls-key key.pem",
    })
@JsonFields({
  "exports: list of name, uri and bytes; printed in a line of its own as soon as clients may come,"
      + " and the others when the command ends",
  "snapshot: id of the snapshot",
  "connections: how many clients came",
  "bytesRead: content that clients read",
  "bytesWritten: content that clients wrote",
  "failures: how many requests were answered with an error that is not the client's",
  "problems: list of the first of these, with export, kind, offset and text",
  "ok: whether there are none",
  "warnings: snapshot records that are damaged",
})
final class NbdCommand extends CairnCommand {
  private static final Duration STEP = Duration.ofMillis(100);

  @Mixin private final RepositoryAccess access;

  @Parameters(index = "0", paramLabel = "SNAPSHOT", description = SnapshotText.REFERENCE)
  private String reference = "";

  @Option(
      names = "--volume",
      paramLabel = "VOLUME",
      order = 10,
      description = "Serve this volume alone, where the snapshot has several.")
  private @Nullable String volume;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      order = 11,
      description = "ADDR, ADDR:PORT or unix:PATH; 127.0.0.1:10809 if not given.")
  private String listen = Address.DEFAULT_HOST;

  @Option(
      names = "--writable",
      paramLabel = "OVERLAY",
      order = 12,
      description =
          "Keep what clients write in this file, which is made if it is not there. Best named"
              + " NAME.overlay: 'cairn backup' then knows what it is.")
  private @Nullable Path overlay;

  @Option(
      names = "--changed-since",
      paramLabel = "SNAPSHOT",
      order = 13,
      description = {
        "Tell clients which parts differ from an earlier snapshot, as the context"
            + " 'cairn:changed=ID'. May be given several times.",
      })
  private List<String> earlier = List.of();

  @Option(names = "--tls", order = 20, description = "Insist on encryption.")
  private boolean tls;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      order = 21,
      description = "The certificate of this server, PEM.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      order = 22,
      description = "Its private key, PEM in PKCS #8 without a passphrase.")
  private @Nullable Path key;

  NbdCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    Address address = address();
    if (overlay != null && !earlier.isEmpty()) {
      throw new UsageError("--changed-since is for snapshots as they are, not for --writable");
    }
    Optional<SSLContext> context = tlsContext();
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Snapshot snapshot = catalog.find(reference);
      List<Snapshot> bases = new ArrayList<>();
      for (String each : earlier) {
        bases.add(catalog.find(each));
      }
      try (View view = opened.repository().openView();
          NbdExports exports = open(view, snapshot, bases)) {
        Tally tally = serve(exports, address, context);
        return new NbdOutcome(
            Describe.shortId(snapshot.id()),
            snapshot.id(),
            tally,
            end(exports),
            catalog.warnings());
      }
    }
  }

  private Tally serve(NbdExports exports, Address address, Optional<SSLContext> context)
      throws IOException {
    Server server = Server.start(exports.all(), address, context);
    try (server) {
      announce(server, exports.all());
      awaitEnd();
    }
    return server.tally();
  }

  /// What was written last may turn out not to be durable.
  private static Optional<Failure> end(NbdExports exports) {
    try {
      exports.close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(new Failure(exports.all().getFirst().name(), Kind.FLUSH, 0, e));
    }
  }

  private NbdExports open(View view, Snapshot snapshot, List<Snapshot> bases)
      throws IOException, CorruptData {
    return overlay == null
        ? NbdExports.open(view, snapshot, volume, bases)
        : NbdExports.writable(view, snapshot, volume, overlay);
  }

  private Address address() throws UsageError {
    try {
      return Address.parse(listen);
    } catch (IllegalArgumentException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
  }

  private Optional<SSLContext> tlsContext() throws IOException {
    if (!tls && certificate == null && key == null) {
      return Optional.empty();
    }
    if (!tls || certificate == null || key == null) {
      throw new UsageError("--tls, --tls-cert and --tls-key go together");
    }
    return Optional.of(TlsKeys.load(certificate, key));
  }

  private void announce(Server server, List<Export> exports) throws IOException {
    List<Json> items = new ArrayList<>();
    for (Export export : exports) {
      String uri = server.uri(export).toString();
      items.add(
          new Json()
              .put("name", export.name())
              .put("uri", uri)
              .put("bytes", export.volume().size()));
      if (!isJson()) {
        shell().out().println(uri);
      }
    }
    if (isJson()) {
      shell().out().println(new Json().putObjects("exports", items));
    }
    shell().out().flush();
  }

  private void awaitEnd() throws IOException {
    while (!shell().cancellation().wanted()) {
      try {
        Pause.of(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while serving", e);
      }
    }
  }
}
