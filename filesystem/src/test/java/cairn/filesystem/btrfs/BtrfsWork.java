package cairn.filesystem.btrfs;

import cairn.base.test.Seed;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Workload;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Fills a btrfs with all that it may hold.
final class BtrfsWork {
  private static final String NODES =
      """
      set -e; cd "$1"
      mkdir names; cd names
      touch -- 'new
      line' "$(printf '\\377\\376')" -n ' ' '"quoted"' 'ünïcödé' "$(printf '%0255d' 7)"
      mkdir ../odd; cd ../odd
      mkfifo fifo; mknod null c 1 3; mknod block b 259 1000
      ln -s target link; ln -s "$(printf '%03900d' 1)" long-link
      python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('socket')"
      touch -d '1931-05-06 07:08:09.123456789' old; touch -d '2250-05-06 07:08:09.987654321' later
      echo x > owned; chown 70000:80000 owned; chmod 6751 owned; chmod 1777 .
      setfattr -n user.small -v small owned; setfattr -n user.empty owned
      setfattr -n user.large -v "$(printf '%03000d' 1)" owned
      setfattr -n user.another -v "$(printf '%03000d' 2)" owned
      setfacl -m u:1000:rwx,g:2000:r owned; setfacl -d -m u:1000:rwx .
      cd ..; mkdir links; echo x > links/first
      for i in $(seq 300); do ln links/first "links/a further name of the same file $i"; done
      mkdir big; (cd big; seq -f 'entry number %g' 900 | xargs -d '\\n' touch)
      mkdir -p $(seq -s / 60); echo deep > $(seq -s / 60)/deep
      truncate -s 6G sparse; echo end >> sparse
      echo middle | dd of=sparse bs=1 seek=3000000000 conv=notrunc status=none
      fallocate -l 1M prealloc; echo x | dd of=prealloc bs=1 seek=500000 conv=notrunc status=none
      echo small > beyond; fallocate -n -o 8192 -l 100000 beyond
      touch nocow; chattr +C nocow; head -c 300000 /dev/zero >> nocow
      head -c 500000 /dev/urandom > cloned; cp --reflink=always cloned clone
      fallocate -p -o 65536 -l 65536 clone
      """;

  private static final String SUBVOLUMES =
      """
      set -e; cd "$1"
      btrfs subvolume create sub; cp -a big odd sub/; head -c 200000 /dev/urandom > sub/file
      btrfs subvolume create sub/nested; echo x > sub/nested/file
      sync -f .
      btrfs subvolume snapshot sub snapshot; btrfs subvolume snapshot -r sub read-only
      for i in $(seq 1 7 900); do echo changed > "sub/big/entry number $i"; done
      rm sub/big/*0; rm snapshot/big/*1
      btrfs subvolume create gone; cp -a big gone/; btrfs subvolume delete gone
      """;

  private BtrfsWork() {}

  /// @param options of `mkfs.btrfs`
  /// @param mount options of `mount`
  static Path image(Path path, long bytes, String options, String mount, Seed seed)
      throws IOException {
    make(path, bytes, options);
    try (MountPoint mounted = MountPoint.of(path, mount)) {
      fill(mounted.directory(), bytes, seed);
    }
    return path;
  }

  static void make(Path path, long bytes, String options) throws IOException {
    FilledImage.sparse(path, bytes);
    List<String> command = new ArrayList<>(List.of("mkfs.btrfs", "-q", "-f"));
    command.addAll(List.of(options.split(" ", -1)));
    command.removeIf(String::isEmpty);
    command.add(path.toString());
    Command.run(command.toArray(String[]::new));
  }

  static void fill(Path directory, long bytes, Seed seed) throws IOException {
    Workload.run(directory, bytes / 10, seed);
    Command.run("sh", "-c", NODES, "sh", directory.toString());
    texts(directory, seed);
    Command.run("sh", "-c", SUBVOLUMES, "sh", directory.toString());
  }

  /// Files that can be compressed, small ones and some of several extents.
  private static void texts(Path directory, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    Files.createDirectories(directory.resolve("texts"));
    for (int index = 0; index < 60; index++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(index < 40 ? 9_000 : 400_000);
      while (text.length() < length) {
        text.append("line ").append(random.nextInt(1 << 12)).append(" of a text\n");
        if (random.nextInt(50) == 0) {
          text.append("-".repeat(random.nextInt(5000)));
        }
      }
      Files.write(
          directory.resolve("texts/" + index), text.toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
