package cairn.filesystem.swap;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// A swap area. Its first page is the header, `union swap_header`; the pages behind it mean nothing
/// to anybody but the running kernel, unless the machine sleeps in them.
///
/// | offset | bytes | field                                                   |
/// |-------:|------:|---------------------------------------------------------|
/// |   1024 |     4 | version, 1                                              |
/// |   1028 |     4 | last page                                               |
/// |   1032 |     4 | number of bad pages                                     |
/// |   1036 |    16 | UUID                                                    |
/// |   1052 |    16 | label                                                   |
/// |   1536 |     4 | for each bad page: its number, from 1 to the last page  |
/// | page-10 |   10 | `SWAPSPACE2`, or what a hibernated kernel put there     |
public final class SwapArea implements Format, Checkable {
  private static final int MAGIC_BYTES = 10;
  private static final int VERSION = 1;
  private static final int BAD_PAGES_AT = 1536;
  private static final String MAGIC = "SWAPSPACE2";
  private static final List<Integer> PAGES = List.of(4096, 8192, 16384, 32768, 65536);

  /// Of the kernel, of uswsusp, of older kernels, and of TuxOnIce.
  private static final List<byte[]> HIBERNATED =
      List.of(
          ascii("S1SUSPEND"),
          ascii("S2SUSPEND"),
          ascii("ULSUSPEND"),
          ascii("LINHIB0001"),
          ascii("swsuspend"),
          HexFormat.of().parseHex("edc302e99856e50c"));

  /// A format before the one that is understood here.
  private static final byte[] OLD = ascii("SWAP-SPACE");

  private final BlockReader volume;
  private final Fields header;
  private final boolean understood;

  private SwapArea(BlockReader volume, Fields header, boolean understood) {
    this.volume = volume;
    this.header = header;
    this.understood = understood;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return pageBytes(head).isPresent();
  }

  public static SwapArea open(BlockReader volume) throws IOException, CorruptData {
    Subject subject = Subject.of("header", "swap").at("0");
    int most = (int) Math.min(volume.size(), PAGES.getLast());
    Fields head = Fields.littleEndian(Area.read(volume, 0, most, subject));
    Optional<Integer> page = pageBytes(head);
    if (page.isEmpty()) {
      throw subject.corrupt("magic", "none", MAGIC);
    }
    Fields header = head.part(0, page.get());
    boolean understood = header.holds(header.size() - MAGIC_BYTES, MAGIC);
    SwapArea area = new SwapArea(volume, header, understood);
    if (understood) {
      subject.checkEqual(header.u32(1024), VERSION, "version");
      boolean within = area.bytes() > header.size() && area.bytes() <= volume.size();
      subject.check(within, "size", area.bytes(), volume.size());
    }
    return area;
  }

  @Override
  public Identity identity() {
    return understood
        ? new Identity("swap", header.uuid(1036), header.text(1052, 16), bytes())
        : Identity.of(isHibernated(header) ? "swsuspend" : "swap", volume.size());
  }

  @Override
  public Freshness freshness() {
    return Freshness.CURRENT;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws MapRefused {
    if (!understood) {
      throw new MapRefused(
          isHibernated(header) ? "a machine sleeps in it" : "it is of an old kind");
    }
    visitor.used(0, header.size());
    if (bytes() < volume.size()) {
      visitor.used(bytes(), volume.size() - bytes());
    }
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    if (!understood) {
      findings.unknown(isHibernated(header) ? "a machine sleeps in it" : "it is of an old kind");
      return;
    }
    Subject subject = Subject.of("header", "swap").at("0");
    long lastPage = header.u32(1028);
    long count = header.u32(1032);
    int countMax = (header.size() - MAGIC_BYTES - BAD_PAGES_AT) / 4;
    if (count > countMax) {
      findings.problem(
          subject.corrupt("bad pages", Long.toString(count), Integer.toString(countMax)));
      return;
    }
    for (int index = 0; index < count; index++) {
      long page = header.u32(BAD_PAGES_AT + index * 4);
      if (page == 0 || page > lastPage) {
        findings.problem(subject.corrupt("bad page", Long.toString(page), "1.." + lastPage));
      }
    }
  }

  private long bytes() {
    return (header.u32(1028) + 1) * header.size();
  }

  private static Optional<Integer> pageBytes(Fields head) {
    return PAGES.stream()
        .filter(page -> page <= head.size())
        .filter(page ->
            head.holds(page - MAGIC_BYTES, MAGIC)
                || head.holds(page - MAGIC_BYTES, OLD)
                || isHibernated(head, page))
        .findFirst();
  }

  private static boolean isHibernated(Fields header) {
    return isHibernated(header, header.size());
  }

  private static boolean isHibernated(Fields head, int page) {
    return HIBERNATED.stream().anyMatch(sign -> head.holds(page - MAGIC_BYTES, sign));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
