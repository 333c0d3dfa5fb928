package cairn.volume;

import cairn.base.block.Extent;
import cairn.volume.qemu.GuestMoment;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A disk of a guest as it was at one moment.
public record GuestVolume(NbdVolume export, GuestMoment moment) implements Volume {
  @Override
  public VolumeIdentity identity() {
    return export.identity();
  }

  @Override
  public long size() {
    return export.size();
  }

  @Override
  public int blockSize() {
    return export.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return export.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    moment.checkRoom();
    export.read(offset, target, from, length);
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    moment.checkRoom();
    export.read(offset, target);
  }

  @Override
  public void checkUnchanged() throws IOException {
    export.checkUnchanged();
    moment.checkHolds();
  }

  @Override
  public boolean wasWritten() throws IOException {
    return export.wasWritten();
  }

  @Override
  public void close() throws IOException {
    export.close();
  }
}
