package cairn.volume;

import cairn.linux.CallFailed;
import cairn.linux.FileStatus;
import cairn.linux.RawFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A file whose calls fail as told, and that remembers what was asked of it.
final class FaultyFile implements RawFile {
  enum Call {
    READ,
    WRITE,
    RESIZE,
    ALLOCATE,
    PUNCH_HOLE,
    ZERO_SECTORS,
    START_WRITEBACK,
    FINISH_WRITEBACK,
    SYNC,
    CLOSE
  }

  private final RawFile below;
  private final Map<Call, Integer> errors = new EnumMap<>(Call.class);
  private final List<Call> calls = new ArrayList<>();

  FaultyFile(RawFile below) {
    this.below = below;
  }

  /// From now on, without having had any effect.
  FaultyFile failing(Call call, int errno) {
    errors.put(call, errno);
    return this;
  }

  FaultyFile healed() {
    errors.clear();
    return this;
  }

  List<Call> calls() {
    return calls;
  }

  @Override
  public String path() {
    return below.path();
  }

  @Override
  public FileStatus status() throws IOException {
    return below.status();
  }

  @Override
  public long read(long offset, MemorySegment target) throws IOException {
    enter(Call.READ);
    return below.read(offset, target);
  }

  @Override
  public void write(long offset, MemorySegment source) throws IOException {
    enter(Call.WRITE);
    below.write(offset, source);
  }

  @Override
  public void resize(long sizeBytes) throws IOException {
    enter(Call.RESIZE);
    below.resize(sizeBytes);
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    enter(Call.ALLOCATE);
    below.allocate(offset, length);
  }

  @Override
  public void punchHole(long offset, long length) throws IOException {
    enter(Call.PUNCH_HOLE);
    below.punchHole(offset, length);
  }

  @Override
  public void zeroSectors(long offset, long length) throws IOException {
    enter(Call.ZERO_SECTORS);
    below.zeroSectors(offset, length);
  }

  @Override
  public void startWriteback(long offset, long length) throws IOException {
    enter(Call.START_WRITEBACK);
    below.startWriteback(offset, length);
  }

  @Override
  public void finishWriteback(long offset, long length) throws IOException {
    enter(Call.FINISH_WRITEBACK);
    below.finishWriteback(offset, length);
  }

  @Override
  public void dropCache(long offset, long length) throws IOException {
    below.dropCache(offset, length);
  }

  @Override
  public void sync() throws IOException {
    enter(Call.SYNC);
    below.sync();
  }

  @Override
  public void close() throws IOException {
    below.close();
    enter(Call.CLOSE);
  }

  private synchronized void enter(Call call) throws IOException {
    calls.add(call);
    Integer errno = errors.get(call);
    if (errno != null) {
      throw new CallFailed(call.name() + "(" + path() + ")", errno);
    }
  }
}
