package cairn.volume;

import cairn.base.block.Extent;
import cairn.linux.BlockIoctl;
import cairn.linux.BlockTopology;
import cairn.linux.DeviceNumber;
import cairn.linux.NativeFile;
import cairn.linux.WriteWatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A block device, read past the page cache: what is read is what the device holds, and reading it
/// leaves the cache to others.
public final class DeviceVolume implements Volume {
  private static final Path SYS = Path.of("/sys");

  private final NativeFile device;
  private final VolumeIdentity identity;
  private final Transfer transfer;
  private @Nullable WriteWatch watch;

  private DeviceVolume(NativeFile device, VolumeIdentity identity, int sectorBytes) {
    this.device = device;
    this.identity = identity;
    this.transfer = new Transfer(device, device.path(), sectorBytes);
  }

  static DeviceVolume open(Path path) throws IOException {
    NativeFile device = NativeFile.open(path, NativeFile.Option.DIRECT);
    try {
      VolumeIdentity identity =
          VolumeIdentity.of(
              VolumeIdentity.Kind.DEVICE,
              path,
              BlockIoctl.sizeBytes(device),
              Optional.of(describe(device.status().device())));
      return new DeviceVolume(device, identity, BlockIoctl.logicalSectorBytes(device));
    } catch (IOException e) {
      throw Closing.after(e, device);
    }
  }

  @Override
  public VolumeIdentity identity() {
    return identity;
  }

  @Override
  public long size() {
    return identity.sizeBytes();
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  /// One extent of data: a device does not tell what it does not hold.
  @Override
  public List<Extent> extents(long offset, long length) {
    Ranges.check(offset, length, size(), device.path());
    return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    read(offset, MemorySegment.ofArray(target).asSlice(from, length));
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    Ranges.check(offset, target.byteSize(), size(), device.path());
    transfer.read(offset, target);
  }

  @Override
  public void checkUnchanged() throws IOException {
    SizeChanged.check(device.path(), size(), BlockIoctl.sizeBytes(device));
  }

  /// What is in the cache is written before, as reading would have it written too.
  @Override
  public void expectRest() throws IOException {
    writeCache();
    watch = WriteWatch.begin(new BlockTopology(SYS), device.status().device());
  }

  @Override
  public List<String> warnings() {
    return watch == null || watch.isCounting()
        ? List.of()
        : List.of(
            "whether somebody wrote to "
                + device.path()
                + " while it was read is not known, as the kernel was told not to count what is"
                + " written to it: 'echo 1' into iostats below queue in its directory in"
                + " /sys/block");
  }

  @Override
  public boolean wasWritten() throws IOException {
    WriteWatch begun = watch;
    if (begun == null) {
      return false;
    }
    writeCache();
    return begun.sawWrites();
  }

  private void writeCache() {
    try {
      device.sync();
    } catch (IOException e) {
      // Others hear of it who wrote; to read, it need not be.
    }
  }

  @Override
  public void close() throws IOException {
    device.close();
  }

  private static VolumeIdentity.Device describe(DeviceNumber number) throws IOException {
    BlockTopology topology = new BlockTopology(SYS);
    return topology
        .find(number)
        .map(node ->
            new VolumeIdentity.Device(
                number.toString(),
                topology.model(node),
                topology.serial(node),
                topology.wwid(node)))
        .orElseGet(() -> new VolumeIdentity.Device(number.toString(), "", "", ""));
  }
}
