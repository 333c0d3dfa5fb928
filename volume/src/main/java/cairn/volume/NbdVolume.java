package cairn.volume;

import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.NbdClient;
import cairn.volume.nbd.NbdUri;
import cairn.volume.nbd.StatusExtent;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// An export of an NBD server. That nobody writes to it meanwhile is up to the server.
public final class NbdVolume implements Volume {
  private final NbdClient client;
  private final VolumeIdentity identity;

  private NbdVolume(NbdClient client, VolumeIdentity identity) {
    this.client = client;
    this.identity = identity;
  }

  /// @param bitmap the name of the dirty bitmap that is wanted; empty for none
  public static NbdVolume open(String uri, String bitmap) throws IOException {
    try {
      NbdUri parsed = NbdUri.parse(uri);
      List<String> all = new ArrayList<>(List.of(ContextRequest.ALLOCATION));
      if (!bitmap.isEmpty()) {
        all.add(ContextRequest.DIRTY_BITMAP + bitmap);
      }
      NbdClient client = NbdClient.connect(parsed, all);
      VolumeIdentity identity =
          new VolumeIdentity(
              VolumeIdentity.Kind.NBD,
              parsed.toString(),
              name(parsed),
              client.size(),
              Optional.empty());
      return new NbdVolume(client, identity);
    } catch (URISyntaxException e) {
      throw new IOException("'" + uri + "' is no NBD URI: " + e.getReason(), e);
    }
  }

  private static String name(NbdUri uri) {
    String last = uri.export().substring(uri.export().lastIndexOf('/') + 1);
    return last.isEmpty() ? "nbd" : last;
  }

  /// Whether the server tells of this bitmap. One that is damaged, or that somebody changes, it
  /// does not show.
  public boolean hasBitmap(String bitmap) {
    return client.has(ContextRequest.DIRTY_BITMAP + bitmap);
  }

  /// Tells what was written to since the bitmap was started, as it comes: of a large disk that is
  /// too much to be kept.
  public void dirty(String bitmap, Consumer<Extent> told) throws IOException {
    visit(
        ContextRequest.DIRTY_BITMAP + bitmap,
        0,
        size(),
        (at, status) -> {
          if ((status.flags() & StatusExtent.CHANGED) != 0) {
            told.accept(new Extent(at, status.length(), State.DATA));
          }
        });
  }

  @Override
  public VolumeIdentity identity() {
    return identity;
  }

  @Override
  public long size() {
    return client.size();
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  /// A hole is what the server says reads as zeros; where it says nothing, all is data.
  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    Ranges.check(offset, length, size(), identity.location());
    if (!client.has(ContextRequest.ALLOCATION)) {
      return length == 0 ? List.of() : List.of(new Extent(offset, length, State.DATA));
    }
    List<Extent> extents = new ArrayList<>();
    visit(
        ContextRequest.ALLOCATION,
        offset,
        length,
        (at, status) -> {
          State state = (status.flags() & StatusExtent.ZERO) == 0 ? State.DATA : State.HOLE;
          extents.add(new Extent(at, status.length(), state));
        });
    return extents;
  }

  private interface StatusVisitor {
    void extent(long offset, StatusExtent status);
  }

  private void visit(String context, long offset, long length, StatusVisitor visitor)
      throws IOException {
    long end = offset + length;
    long at = offset;
    while (at < end) {
      for (StatusExtent status : client.status(context, at, end - at)) {
        visitor.extent(at, status);
        at += status.length();
      }
    }
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    Ranges.check(offset, length, size(), identity.location());
    client.read(offset, target, from, length);
  }

  /// An export keeps its size as long as the connection lasts.
  @Override
  public void checkUnchanged() {}

  @Override
  public boolean wasWritten() {
    return false;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
