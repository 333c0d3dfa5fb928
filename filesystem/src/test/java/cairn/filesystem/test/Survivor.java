package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.Content;
import cairn.filesystem.Contents;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Does everything to an image that can be done to it. Whatever goes wrong in another way than is
/// promised comes out.
final class Survivor {
  private static final int NODES_MAX = 500;
  private static final FileName NAME = FileName.of("some name");

  private final Set<FileNode.Id> entered = new HashSet<>();
  private final byte[] bytes = new byte[1 << 13];
  private int nodes;

  private Survivor() {}

  /// Whether something is told by the check, of which is said before whether it reads data.
  static boolean saysAnything(BlockReader image, RandomGenerator random) throws IOException {
    Counted counted = new Counted();
    Content content = Contents.identify(image);
    assertThat(content.type()).isNotNull();
    if (content.checkable().isPresent()) {
      content.checkable().get().check(random.nextInt(8) == 0, counted);
    } else {
      counted.unknown("not checkable");
    }
    if (content instanceof Content.FileSystem known) {
      int what = random.nextInt(4);
      if (what == 0) {
        used(known.format());
      } else if (what < 3 && known.format() instanceof Filed filed) {
        new Survivor().files(filed);
      }
    }
    return counted.isAnything();
  }

  private static void used(Format format) throws IOException {
    try {
      format.freshness();
      format.visitUsed((offset, length) -> {
        if (offset < 0 || length <= 0) {
          throw new IllegalStateException("in use: " + offset + "+" + length);
        }
      });
    } catch (CorruptData | MapRefused e) {
      assertThat(e.getMessage()).isNotNull();
    }
  }

  private void files(Filed filed) throws IOException {
    try {
      visit(filed.root());
    } catch (CorruptData | Unreadable e) {
      assertThat(e.getMessage()).isNotNull();
    }
  }

  private void visit(FileNode node) throws IOException {
    try {
      switch (node.attributes().type()) {
        case DIRECTORY -> {
          if (entered.add(node.id())) {
            node.visit(this::entry);
            node.child(NAME);
          }
        }
        case REGULAR -> read(node.content());
        case SYMBOLIC_LINK -> node.target();
        default -> {}
      }
      node.extendedAttributes();
    } catch (CorruptData | Unreadable e) {
      assertThat(e.getMessage()).isNotNull();
    } catch (IOException e) {
      if (!(e.getCause() instanceof CorruptData)) {
        throw e;
      }
    }
  }

  private void entry(FileName name, FileNode node) throws IOException {
    if (nodes++ < NODES_MAX) {
      visit(node);
    }
  }

  private void read(BlockReader content) throws IOException {
    long size = content.size();
    int length = (int) Math.min(size, bytes.length);
    content.read(0, bytes, 0, length);
    content.read(size - length, bytes, 0, length);
    content.extents(0, Math.min(size, 1 << 22));
  }
}
