package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images out and in, with QEMU's own tools as the judge.
class ExportTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Path out;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
    out = Files.createDirectory(folder.resolve("out"));
    desk = Desk.withRepository(repository);
    desk.run("init", "--parity", "0").expect(0);
    desk.run("backup", image).expect(0);
  }

  @Test
  void qemuSeesTheDiskInEveryKindOfImage() throws IOException {
    for (String end : List.of("qcow2", "raw", "vmdk", "vhdx", "vdi", "vhd")) {
      export(out.resolve("disk." + end));
    }
    assertThat(names()).hasSize(6);
  }

  private void export(Path target) throws IOException {
    Desk.Result export = desk.run("export", "latest", target).expect(0);
    assertThat(export.out())
        .contains("Exported disk.img of snapshot", "all of the file read back, ");
    assertSame(target);
    desk.run("export", "latest", target).expectSentence(1, "exists and is not empty", "--force");
    desk.run("export", "latest", target, "--force", "--verify").expect(0);
    assertSame(target);
  }

  @Test
  void anImageIsTheSameVolumeAgain() throws IOException {
    Path target = out.resolve("disk.qcow2");
    desk.run("export", "latest", target, "--compress").expect(0);
    assertSame(target);
    assertThat(Files.size(target)).isLessThan(4 << 20);
    JsonObject again = desk.run("backup", target, "--name", "x", "--json").expect(0).json();
    JsonObject volume = again.getAsJsonArray("volumes").get(0).getAsJsonObject();
    assertThat(volume.get("source").getAsJsonObject().get("kind").getAsString()).isEqualTo("qcow2");
    assertThat(volume.get("size").getAsLong())
        .isEqualTo(Math.ceilDiv(Files.size(image), 512) * 512);
    assertThat(again.get("blocksRead").getAsLong()).as("holes").isLessThan(30);
    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest:x", copy).expect(0);
    assertThat(Files.mismatch(copy, image)).isEqualTo(Files.size(image));

    Command.run("qemu-io", "-c", "write -P 5 1M 4k", target.toString());
    JsonObject increment = desk.run("backup", target, "--name", "x", "--json").expect(0).json();
    assertThat(increment.get("blocksNew").getAsLong()).isEqualTo(1);
    assertThat(increment.get("parent")).isEqualTo(again.get("snapshot"));
    JsonObject file = desk.run("backup", target, "--format", "raw", "--json").expect(0).json();
    desk.run("restore", file.get("snapshot").getAsString(), copy, "--force").expect(0);
    assertThat(copy).hasSameBinaryContentAs(target);
  }

  @Test
  void commandsThatLookInsideLookIntoTheDisk() throws IOException {
    Path disk = folder.resolve("fs.img");
    Command.run("mkfs.ext4", "-q", disk.toString(), "8M");
    Path qcow = folder.resolve("fs.qcow2");
    Command.run("qemu-img", "convert", "-c", "-O", "qcow2", disk.toString(), qcow.toString());
    assertThat(desk.run("fsck", qcow).expect(0).out()).contains("(ext4): clean");
    assertThat(desk.run("ls", qcow).expect(0).out()).contains("lost+found");
    assertThat(desk.run("df", qcow).expect(0).out()).contains("ext4");
    assertThat(desk.run("fsck", qcow, "--format", "raw").out()).doesNotContain("ext4");
    desk.run("ls", qcow, "--format", "vmdk").expectSentence(2, "--format is raw, qcow2 or overlay");
  }

  @Test
  void severalSnapshotsMakeAChain(Seed seed) throws IOException {
    Path first = Files.copy(image, folder.resolve("first.img"));
    Images.write(image, 3 * Images.BLOCK, seed.split(1).bytes(100));
    Images.write(image, 9 * Images.BLOCK, new byte[Images.BLOCK]);
    try (RandomAccessFile longer = new RandomAccessFile(image.toFile(), "rw")) {
      longer.setLength(50 * Images.BLOCK);
    }
    Images.write(image, 48 * Images.BLOCK, seed.split(2).bytes(100));
    desk.run("backup", image).expect(0);
    Path second = Files.copy(image, folder.resolve("second.img"));
    try (RandomAccessFile shorter = new RandomAccessFile(image.toFile(), "rw")) {
      shorter.setLength(30 * Images.BLOCK + 7);
    }
    Images.write(image, 15 * Images.BLOCK, new byte[Images.BLOCK]);
    desk.run("backup", image).expect(0);

    List<String> ids = ids();
    Path target = out.resolve("disk.qcow2");
    JsonObject export =
        desk.run("export", ids.get(0), ids.get(1), ids.get(2), target, "--json").expect(0).json();
    Path one = out.resolve("disk-" + ids.get(0) + ".qcow2");
    Path two = out.resolve("disk-" + ids.get(1) + ".qcow2");
    assertThat(names()).containsExactlyInAnyOrder(fileName(one), fileName(two), "disk.qcow2");
    assertSame(first, one);
    assertSame(second, two);
    assertSame(image, target);
    assertThat(Files.size(two)).isLessThan(1 << 20);
    assertThat(Files.size(target)).isLessThan(1 << 20);
    JsonObject last = export.getAsJsonArray("images").get(2).getAsJsonObject();
    assertThat(last.get("backing").getAsString()).isEqualTo(two.toString());
    // The chain may be moved as a whole.
    Path moved = Files.move(out, folder.resolve("moved")).resolve("disk.qcow2");
    assertSame(image, moved);
    desk.run("backup", moved, "--name", "chain").expect(0);
  }

  @Test
  void damageIsNamedAndNoFileAppearsUnlessItIsWanted() throws IOException {
    Images.flip(largestPack(), 10 * Images.BLOCK);
    Path target = out.resolve("disk.qcow2");
    Desk.Result export = desk.run("export", "latest", target).expect(4);
    assertThat(export.out())
        .contains("corrupt chunk", "bytes 1179648+131072", "NOT exported: 128.0 KiB");
    assertThat(names()).isEmpty();
    JsonObject json = desk.run("export", "latest", target, "--json").expect(4).json();
    assertThat(json.get("published").getAsBoolean()).isFalse();
    Desk.Result kept = desk.run("export", "latest", target, "--keep-damaged").expect(4);
    assertThat(kept.out()).contains("Exported disk.img", "LOST: 128.0 KiB");
    Command.run("qemu-img", "check", target.toString());
  }

  /// An exit status or a complaint of `qemu-img` is never passed over.
  @Test
  void whatFailsInQemuImgIsAFailure() throws IOException {
    for (String fault :
        List.of(
            "[ $1 = convert ] && exit 7",
            "[ $1 = convert ] && { echo I/O error >&2; exit 0; }",
            "[ $1 = convert ] && kill -9 $$",
            "[ $1 = convert ] && exit 0",
            "[ $1 = compare ] && { echo Content mismatch; exit 1; }",
            "[ $1 = compare ] && { echo warning: size >&2; exit 0; }")) {
      whatFailsInQemuImgIsAFailure(fault);
    }
  }

  private void whatFailsInQemuImgIsAFailure(String fault) throws IOException {
    Path program = folder.resolve("qemu-img");
    Files.writeString(program, "#!/bin/bash\n" + fault + "\nexec qemu-img \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Path target = out.resolve("disk.vmdk");
    desk.run("export", "latest", target, "--qemu-img", program)
        .expectSentence(1, program.toString(), "failed with exit code", target + " is as before");
    assertThat(names()).isEmpty();
  }

  @Test
  void aMissingProgramIsToldBeforeAnythingIsDone() throws IOException {
    desk.run("export", "latest", out.resolve("disk.vdi"), "--qemu-img", "/nowhere/qemu-img")
        .expectSentence(1, "there is no program /nowhere/qemu-img", "qcow2 or raw");
    assertThat(names()).isEmpty();
  }

  @Test
  void aFullDiskIsAFailureWithItsRange() throws IOException {
    Path backing = folder.resolve("backing");
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(2 << 20);
    }
    try (LoopDevice loop = LoopDevice.over(backing);
        Mounted mounted = Mounted.ext4(loop, folder.resolve("mnt"))) {
      for (String name : List.of("disk.qcow2", "disk.raw", "disk.vhdx")) {
        desk.run("export", "latest", mounted.directory().resolve(name))
            .expectSentence(1, "cannot ", " bytes ", "ENOSPC (no space left)", "is as before");
      }
      try (Stream<Path> files = Files.list(mounted.directory())) {
        assertThat(files.map(ExportTest::fileName)).containsExactly("lost+found");
      }
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() throws IOException {
    Path target = out.resolve("disk");
    desk.run("export", "latest", target).expectSentence(2, "--format, one of qcow2, raw, vmdk");
    desk.run("export", "latest", target, "--format", "iso").expectSentence(2, "not 'iso'");
    desk.run("export", "latest", out.resolve("a.raw"), "--compress").expectSentence(2, "qcow2");
    desk.run("export", "latest", "latest", out.resolve("a.qcow2")).expectSentence(2, "twice");
    desk.run("export", "latest", "latest", out.resolve("a.raw")).expectSentence(2, "qcow2");
    desk.run("export", "latest", "latest", out.resolve("a.qcow2"), "--keep-damaged")
        .expectSentence(2, "--keep-damaged is for one snapshot");
    desk.run("export", "latest").expect(2);
    desk.run("export", "latest", folder.resolve("no/a.qcow2"))
        .expectSentence(1, "there is no directory");
    assertThat(names()).isEmpty();
    desk.run("export", "latest", target, "--format", "qcow2").expect(0);
  }

  private void assertSame(Path target) throws IOException {
    assertSame(image, target);
  }

  /// Bit for bit, and zeros up to the end of the last sector.
  private void assertSame(Path expected, Path target) throws IOException {
    String name = fileName(target);
    if (name.endsWith(".qcow2")) {
      assertThat(Command.run("qemu-img", "check", target.toString())).contains("No errors");
    }
    Path raw = folder.resolve("raw");
    String kind = name.endsWith(".vhd") ? "vpc" : name.substring(name.lastIndexOf('.') + 1);
    Command.run("qemu-img", "convert", "-f", kind, "-O", "raw", target.toString(), raw.toString());
    long size = Files.size(expected);
    assertThat(Files.size(raw)).isBetween(size, size + 511);
    long mismatch = Files.mismatch(raw, expected);
    assertThat(mismatch == -1 || mismatch == size).as("mismatch at %s", mismatch).isTrue();
  }

  private List<String> ids() {
    return desk.run("snapshots")
        .expect(0)
        .out()
        .lines()
        .skip(1)
        .map(l -> l.substring(0, 8))
        .toList();
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> packs = Files.walk(repository.resolve("packs"))) {
      return packs
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(pack -> pack.toFile().length()))
          .orElseThrow();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files.map(ExportTest::fileName).toList();
    }
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }
}
