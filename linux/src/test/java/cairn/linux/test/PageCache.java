package cairn.linux.test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What the kernel caches of files.
public final class PageCache {
  private static final int PAGE_BYTES = 4096;

  private PageCache() {}

  public static long residentBytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      long resident = 0;
      for (long at = 0; at < mapped.byteSize(); at += PAGE_BYTES) {
        MemorySegment page = mapped.asSlice(at, Math.min(PAGE_BYTES, mapped.byteSize() - at));
        resident += page.isLoaded() ? page.byteSize() : 0;
      }
      return resident;
    }
  }
}
