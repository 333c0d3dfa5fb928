package cairn.filesystem.fat;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The bytes of a file. There are no holes in a FAT.
final class FatContent implements BlockReader {
  private final FatVolume fat;
  private final long size;
  private final Runs runs;

  /// Clusters that follow one another: of the file, and on the volume.
  private static final class Runs {
    private int[] inFile = new int[16];
    private int[] onVolume = new int[16];
    private int count;

    void add(long index, long cluster) {
      if (count > 0 && cluster - onVolume[count - 1] == index - inFile[count - 1]) {
        return;
      }
      if (count == inFile.length) {
        inFile = Arrays.copyOf(inFile, 2 * count);
        onVolume = Arrays.copyOf(onVolume, 2 * count);
      }
      inFile[count] = (int) index;
      onVolume[count] = (int) cluster;
      count++;
    }

    int find(long index) {
      int at = Arrays.binarySearch(inFile, 0, count, (int) index);
      return at >= 0 ? at : -at - 2;
    }
  }

  private FatContent(FatVolume fat, long size, Runs runs) {
    this.fat = fat;
    this.size = size;
    this.runs = runs;
  }

  /// @throws CorruptData when its chain is shorter than its size
  static FatContent of(FatVolume fat, long first, long size, Subject subject)
      throws IOException, CorruptData {
    FatBootSector boot = fat.boot();
    long needed = Math.ceilDiv(size, boot.clusterBytes());
    subject.check(needed <= boot.clusters(), "size", size, "less than the volume");
    Runs runs = new Runs();
    long cluster = first;
    for (long index = 0; index < needed; index++) {
      subject.check(cluster != FatTable.END, "clusters", index, needed);
      subject.check(boot.isCluster(cluster), "first cluster", cluster, "a cluster");
      runs.add(index, cluster);
      long end = boot.offset(cluster) + boot.clusterBytes();
      subject.check(end <= fat.volume().size(), "cluster", cluster, "on the volume");
      cluster = index + 1 < needed ? fat.table().next(cluster) : FatTable.END;
    }
    return new FatContent(fat, size, runs);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return fat.boot().clusterBytes();
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    check(offset, length);
    return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    int clusterBytes = fat.boot().clusterBytes();
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int run = runs.find(at / clusterBytes);
      long start = (long) runs.inFile[run] * clusterBytes;
      long end = run + 1 < runs.count ? (long) runs.inFile[run + 1] * clusterBytes : size;
      int now = (int) Math.min(length - done, end - at);
      long place = fat.boot().offset(runs.onVolume[run]) + at - start;
      fat.volume().read(place, target, from + done, now);
      done += now;
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + size);
    }
  }

  @Override
  public void close() {}
}
