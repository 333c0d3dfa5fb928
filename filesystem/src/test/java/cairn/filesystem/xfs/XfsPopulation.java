package cairn.filesystem.xfs;

import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An XFS with files of all kinds: in every form that directories, attributes, links and extents
/// have, and with pieces cut out of them.
final class XfsPopulation {
  static final long BYTES = 304L << 20;

  private static final String SCRIPT =
      """
      set -euo pipefail
      mkdir many big mid data links attrs attrs/odd
      seq -f 'many/some name of a file, number %06g' 2600 | xargs -d '\\n' touch
      seq -f 'big/a file with a name that fills blocks %g' 300 | xargs -d '\\n' touch
      seq -f 'big/a file with a name that fills blocks %g' 1 3 300 | xargs -d '\\n' rm
      seq -f 'mid/name-%g' 30 | xargs touch
      seq -f 'mid/name-%g' 1 4 30 | xargs rm
      for i in $(seq 30); do head -c $((i * 2111)) /dev/urandom > data/file$i; done
      head -c 9000000 /dev/urandom > data/large
      rm data/file?
      for i in $(seq 0 3 900); do echo "pwrite -q ${i}0k 5k"; done | xfs_io -f data/sparse
      truncate -s 6G data/sparse
      xfs_io -c 'pwrite -q 5g 100' data/sparse
      xfs_io -f -c 'falloc 0 5m' -c 'pwrite -q 1m 300k' data/unwritten
      cp --reflink=auto data/large data/clone
      xfs_io -c 'pwrite -q 1m 100k' -c 'fpunch 5m 70k' data/clone
      cp --reflink=auto data/clone data/other
      ln -s x links/short
      ln -s "$(printf 'm%.0s' $(seq 300))" links/middle
      ln -s "$(printf 'l%.0s' $(seq 1000))" links/long
      for i in $(seq 20); do ln data/large links/hard$i; done
      mknod links/character c 5 300
      mknod links/block b 259 70000
      mkfifo links/fifo
      path=.
      for i in $(seq 40); do path=$path/deep$i; mkdir $path; done
      for i in $(seq 30); do
        touch attrs/few$i
        setfattr -n user.one -v "value $i" attrs/few$i
        setfattr -n trusted.two -v $i attrs/few$i
      done
      touch attrs/leaf attrs/node attrs/remote
      many() { printf "$1%.0s" $(seq $2); }
      for i in $(seq 12); do setfattr -n user.leaf$i -v $(many v 90) attrs/leaf; done
      for i in $(seq 130); do setfattr -n user.node$i -v $(many n $i) attrs/node; done
      for i in $(seq 1 5 130); do setfattr -x user.node$i attrs/node; done
      for i in 1 2 3; do
        head -c $((i * 15000)) /dev/urandom | base64 -w0 | sed 's/^/0s/' > value
        echo "# file: attrs/remote" > dump
        echo "user.large$i=$(cat value)" >> dump
        setfattr --restore=dump
      done
      rm value dump
      setfattr -n security.some -v thing attrs/remote
      mkdir attrs/listed
      setfacl -d -m u:1000:rwx,g:33:r attrs/listed
      setfacl -m u:1000:rwx,g:33:r,m:rx attrs/listed
      touch attrs/odd/$'\\xff\\xfe' attrs/odd/$'new\\nline' attrs/odd/' ' attrs/odd/... attrs/odd/-
      touch attrs/odd/$(printf 'n%.0s' $(seq 255))
      touch -d '1960-03-04 05:06:07.123456789' attrs/few1
      touch -d '2200-03-04 05:06:07.987654321' attrs/few2
      chown 70000:80000 attrs/few3
      chmod 7755 attrs/few4
      chmod 0 attrs/few5
      """;

  private XfsPopulation() {}

  /// @param options of `mkfs.xfs`
  static Path make(Path image, String options) throws IOException {
    FilledImage.sparse(image, BYTES);
    List<String> words = new ArrayList<>(List.of("mkfs.xfs", "-q"));
    words.addAll(List.of(options.split(" ", -1)));
    words.removeIf(String::isEmpty);
    words.add(image.toString());
    Command.run(words.toArray(String[]::new));
    try (MountPoint mount = MountPoint.of(image, "rw")) {
      fill(mount.directory());
    }
    return image;
  }

  static void fill(Path directory) throws IOException {
    Command.run("bash", "-c", "cd '" + directory + "'\n" + SCRIPT);
  }
}
