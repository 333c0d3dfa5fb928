package cairn.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.volume.nbd.OptionCode;
import cairn.volume.nbd.OptionHeader;
import cairn.volume.nbd.OptionReply;
import cairn.volume.nbd.TlsKeys;
import cairn.volume.overlay.Overlay;
import cairn.volume.overlay.OverlayBase;
import cairn.volume.overlay.Overlays;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What those find who wrote the clients: libnbd and QEMU, over each kind of connection.
@Timeout(60)
class ConformanceTest {
  private static final int SIZE = 24 << 20;

  @TempDir Path folder;
  private Path image;
  private byte[] content;
  private TestVolume base;
  private Overlay overlay;
  private final List<Server> servers = new ArrayList<>();

  @BeforeEach
  void prepare(Seed seed) throws IOException, CorruptData {
    content = seed.bytes(SIZE);
    Arrays.fill(content, 8 << 20, 16 << 20, (byte) 0);
    image = Files.write(folder.resolve("disk.img"), content);
    base = new TestVolume(content.clone());
    overlay =
        Overlays.openOrCreate(
            folder.resolve("overlay"), new OverlayBase("1f3a", "disk", SIZE), new ReadOnly(base));
  }

  @AfterEach
  void end() throws IOException {
    for (Server server : servers) {
      server.close();
    }
    overlay.close();
  }

  private Server start(String address, Optional<SSLContext> tls) throws IOException {
    ChangedRanges changed = new ChangedRanges("1f3a");
    changed.add(1 << 20, 1 << 16);
    Server server =
        Server.start(
            List.of(
                new Export("ro", "to read", new ReadOnly(base), List.of(changed)),
                new Export("rw", "to write", overlay)),
            Address.parse(address),
            tls);
    servers.add(server);
    return server;
  }

  private String unix(String export) throws IOException {
    if (servers.isEmpty()) {
      start("unix:" + folder.resolve("s"), Optional.empty());
    }
    return "nbd+unix:///" + export + "?socket=" + folder.resolve("s");
  }

  private static String run(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("timeout", "30"));
    command.addAll(List.of(words));
    return Command.run(command.toArray(String[]::new));
  }

  @Test
  void nbdinfoSeesWhatIsOffered() throws IOException {
    assertThat(run("nbdinfo", unix("ro")))
        .contains("export-size: 25165824", "is_read_only: true", "can_multi_conn: true")
        .contains("can_df: true", "can_cache: true", "base:allocation", "cairn:changed=1f3a")
        .contains("block_size_preferred: 4096", "block_size_maximum: 33554432");
    assertThat(run("nbdinfo", unix("rw")))
        .contains("is_read_only: false", "can_flush: true", "can_fua: true", "can_trim: true")
        .contains("can_zero: true", "can_fast_zero: true");
    assertThat(run("nbdinfo", "--list", unix(""))).contains("export=\"ro\"", "export=\"rw\"");
    assertThat(run("nbdinfo", "--map", unix("ro")))
        .containsPattern("8388608 +8388608 +3 +hole,zero");
    assertThat(run("nbdinfo", "--map=cairn:changed=1f3a", unix("ro")))
        .containsPattern("1048576 +65536 +1");
  }

  @Test
  void nbdcopyGetsAndBringsEveryByte(Seed seed) throws IOException {
    Path copy = folder.resolve("copy.img");
    run("nbdcopy", unix("ro"), copy.toString());
    assertThat(copy).hasSameBinaryContentAs(image);
    byte[] other = seed.split(1).bytes(SIZE);
    Arrays.fill(other, 1 << 20, 9 << 20, (byte) 0);
    Path source = Files.write(folder.resolve("source.img"), other);
    run("nbdcopy", "--flush", source.toString(), unix("rw"));
    run("nbdcopy", unix("rw"), copy.toString());
    assertThat(copy).hasSameBinaryContentAs(source);
    byte[] below = new byte[SIZE];
    base.read(0, below, 0, SIZE);
    assertThat(below).isEqualTo(content);
  }

  @Test
  void qemuImgComparesMapsAndConverts() throws IOException {
    run("qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), unix("ro"));
    assertThat(run("qemu-img", "map", "--output=json", "-f", "raw", unix("ro")))
        .containsPattern("\"start\": 8388608, \"length\": 8388608, .*\"zero\": true");
    Path converted = folder.resolve("c.qcow2");
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", unix("ro"), converted.toString());
    run("qemu-img", "check", converted.toString());
    run("qemu-img", "compare", "-f", "qcow2", "-F", "raw", converted.toString(), unix("ro"));
    run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), unix("rw"));
    run("qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), unix("rw"));
  }

  @Test
  void qemuIoReadsWhatItWrote() throws IOException {
    String[] writing = {
      "write -P 0xab 64k 128k",
      "write -z 128k 32k",
      "discard 1M 64k",
      "flush",
      "read -P 0xab 64k 64k",
      "read -P 0 128k 32k",
      "read -P 0xab 160k 32k",
      "write -f -P 0x55 512 1k",
      "read -P 0x55 512 1k",
      "write -z -u 3k 70k",
      "read -P 0 3k 70k",
    };
    assertThat(qemuIo("rw", writing)).doesNotContain("verification failed", "error");
    assertThat(qemuIo("rw", "read -P 0x55 512 1k", "read -P 0 3k 70k"))
        .doesNotContain("verification failed", "error");
    assertThat(qemuIo("ro", "read 23M 1M")).contains("read 1048576/1048576");
    assertThatThrownBy(() -> qemuIo("ro", "write 0 512")).hasMessageContaining("denied");
  }

  private String qemuIo(String export, String... commands) throws IOException {
    List<String> words = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
    if (export.equals("ro") && commands[0].startsWith("read")) {
      words.add("-r");
    }
    for (String command : commands) {
      words.addAll(List.of("-c", command));
    }
    words.add(unix(export));
    return run(words.toArray(String[]::new));
  }

  /// Every way to shake hands, errors, and many requests at once.
  @Test
  void nbdshTriesEverything() throws IOException {
    Path script = Files.writeString(folder.resolve("try.py"), SCRIPT);
    assertThat(run("/usr/bin/python3", script.toString(), unix("rw"))).isEqualTo("ok");
  }

  private static final String SCRIPT =
      """
      import errno, nbd, os, sys
      uri = sys.argv[1]
      fixed = nbd.HANDSHAKE_FLAG_FIXED_NEWSTYLE
      for flags in (0, fixed, fixed | nbd.HANDSHAKE_FLAG_NO_ZEROES):
          for structured in (False, True):
              h = nbd.NBD()
              h.set_handshake_flags(flags)
              h.set_request_structured_replies(structured)
              h.add_meta_context("base:allocation")
              h.connect_uri(uri)
              size = h.get_size()
              data = os.urandom(300000)
              h.pwrite(data, 4097, nbd.CMD_FLAG_FUA)
              assert h.pread(len(data), 4097) == data
              h.zero(4096, 8192)
              assert h.pread(4096, 8192) == bytes(4096)
              assert h.pread(4096, 12288) == data[8191:12287]
              h.trim(4096, 65536)
              h.cache(65536, 0)
              h.flush()
              if h.can_meta_context("base:allocation"):
                  extents = []
                  h.block_status(size, 0, lambda m, o, e, err: extents.extend(e) or 0)
                  assert sum(extents[0::2]) == size, extents
              h.set_strict_mode(0)
              for offset, wanted in ((size, errno.EINVAL), (size - 256, errno.EINVAL)):
                  try:
                      h.pread(512, offset)
                      sys.exit("no error for a read past the end")
                  except nbd.Error as e:
                      assert e.errnum == wanted, e
              try:
                  h.pwrite(b"x" * 512, size)
                  sys.exit("no error for a write past the end")
              except nbd.Error as e:
                  assert e.errnum == errno.ENOSPC, e
              assert len(h.pread(512, 0)) == 512
              h.shutdown()
      h = nbd.NBD()
      h.connect_uri(uri)
      whole = h.pread(256 * 4096, 0)
      buffers = [nbd.Buffer(4096) for _ in range(256)]
      for i, buffer in enumerate(buffers):
          h.aio_pread(buffer, i * 4096)
      while h.aio_in_flight():
          h.poll(-1)
      assert b"".join(bytes(buffer.to_bytearray()) for buffer in buffers) == whole
      h.shutdown()
      print("ok")
      """;

  @Test
  void tcpWorksToo() throws IOException {
    Server server = start("127.0.0.1:0", Optional.empty());
    Path copy = folder.resolve("copy.img");
    String uri = server.uri(new Export("ro", "", base)).toString();
    assertThat(uri).startsWith("nbd://127.0.0.1:");
    run("nbdcopy", uri, copy.toString());
    assertThat(copy).hasSameBinaryContentAs(image);
    run("qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), uri);
  }

  @Test
  void withTlsNobodyGetsInWithoutIt() throws IOException {
    makeKeys();
    SSLContext keys = TlsKeys.load(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    Server server = start("127.0.0.1:0", Optional.of(keys));
    String uri = server.uri(new Export("rw", "", base)).toString();
    assertThat(uri).startsWith("nbds://127.0.0.1:");
    String place = uri.substring("nbds://".length());
    Path copy = folder.resolve("copy.img");
    run("nbdcopy", uri + "?tls-certificates=" + folder, copy.toString());
    assertThat(copy).hasSameBinaryContentAs(image);
    run("nbdcopy", image.toString(), uri + "?tls-certificates=" + folder);
    assertThatThrownBy(() -> run("nbdcopy", "nbd://" + place, copy.toString()))
        .hasMessageContaining("server requires TLS encryption first");
    String[] qemu = {
      "qemu-img",
      "compare",
      "--object",
      "tls-creds-x509,id=t,dir=" + folder + ",endpoint=client",
      "--image-opts",
      "driver=file,filename=" + image,
      "driver=nbd,host=127.0.0.1,port="
          + place.replaceAll(".*:(\\d+)/.*", "$1")
          + ",tls-creds=t,export=ro",
    };
    run(qemu);
  }

  @Test
  void tlsOverAUnixSocketWorksToo() throws IOException {
    makeKeys();
    SSLContext keys = TlsKeys.load(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    start("unix:" + folder.resolve("t"), Optional.of(keys));
    String uri = "nbds+unix://localhost/ro?socket=" + folder.resolve("t");
    Path copy = folder.resolve("copy.img");
    run("nbdcopy", uri + "&tls-certificates=" + folder, copy.toString());
    assertThat(copy).hasSameBinaryContentAs(image);
    nothingThatWasSentInTheClearCountsAfterwards(folder.resolve("t"));
  }

  /// As in CVE-2021-3716: somebody on the way may put options before those of the client.
  private static void nothingThatWasSentInTheClearCountsAfterwards(Path socket) throws IOException {
    try (RawClient client = RawClient.greet(socket)) {
      ByteBuffer both = ByteBuffer.allocate(2 * OptionHeader.BYTES);
      new OptionHeader(OptionCode.STARTTLS, 0).writeTo(both);
      new OptionHeader(OptionCode.STRUCTURED_REPLY, 0).writeTo(both);
      client.send(both.flip());
      assertThat(client.receive(OptionReply.BYTES).getInt(12)).isEqualTo(OptionReply.ACK);
      assertThat(client.isHungUp()).isTrue();
    }
    try (RawClient client = RawClient.greet(socket)) {
      assertThat(client.lastType(OptionCode.LIST, new byte[0]))
          .isEqualTo(OptionReply.ERROR_TLS_REQUIRED);
      client.sendOption(OptionCode.EXPORT_NAME, new byte[0]);
      assertThat(client.isHungUp()).isTrue();
    }
  }

  @Test
  void keysThatAreNoneAreSaidSo() throws IOException {
    makeKeys();
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    assertThatThrownBy(() -> TlsKeys.load(image, key)).hasMessageContaining("no certificate");
    assertThatThrownBy(() -> TlsKeys.load(certificate, image))
        .hasMessageContaining("no private key in PKCS #8");
    assertThatThrownBy(() -> TlsKeys.load(certificate, folder.resolve("ca-key.pem")))
        .hasMessageContaining("do not go together");
  }

  /// An authority, and a server that it vouches for.
  private void makeKeys() throws IOException {
    String at = folder + "/";
    String[] authority = {
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-batch",
      "-days",
      "2",
      "-subj",
      "/CN=authority",
      "-keyout",
      at + "ca-key.pem",
      "-out",
      at + "ca-cert.pem",
    };
    run(authority);
    String[] server = {
      "openssl",
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-batch",
      "-subj",
      "/CN=localhost",
      "-keyout",
      at + "key.pem",
      "-out",
      at + "request.pem",
    };
    run(server);
    Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
    String[] signing = {
      "openssl",
      "x509",
      "-req",
      "-days",
      "2",
      "-in",
      at + "request.pem",
      "-CA",
      at + "ca-cert.pem",
      "-CAkey",
      at + "ca-key.pem",
      "-CAcreateserial",
      "-extfile",
      at + "names",
      "-out",
      at + "cert.pem",
    };
    run(signing);
  }
}
