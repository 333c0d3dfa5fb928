package cairn.repository.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.Blob;
import cairn.repository.test.Samples;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.repository.write.BlobEncoder.Base;
import cairn.repository.write.BlobEncoder.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class EncodersTest {
  private static final int LENGTH = 65_536;

  @AutoClose private final BlobEncoder encoder = new BlobEncoder(Protection.clear(), 1, true);
  @AutoClose private final Codec codec = new Codec(1);
  private final byte[] target = new byte[Codec.boundBytes(LENGTH) + 7];

  @Test
  void whatDoesNotShrinkIsStoredAsItIs(Seed seed) throws Exception {
    byte[] noise = seed.bytes(LENGTH);
    Encoded encoded = encode(noise, null);
    assertThat(encoded).isEqualTo(new Encoded(Encoding.RAW, LENGTH, null));
    assertThat(Arrays.copyOfRange(target, 7, 7 + LENGTH)).isEqualTo(noise);
    assertThat(encode(new byte[] {1}, null).encoding()).isEqualTo(Encoding.RAW);
  }

  @Test
  void whatShrinksIsCompressed(Seed seed) throws Exception {
    byte[] text = seed.bytes(LENGTH);
    Arrays.fill(text, 100, LENGTH, (byte) 'x');
    Encoded encoded = encode(text, null);
    assertThat(encoded.encoding()).isEqualTo(Encoding.ZSTD);
    byte[] back = new byte[LENGTH];
    assertThat(codec.expand(Slice.of(target, 7, encoded.length()), Slice.of(back))).isTrue();
    assertThat(back).isEqualTo(text);
  }

  /// Around the limit: at most half as large as the chunk by itself.
  @Test
  void aDeltaIsKeptWhenItIsAtMostHalfAsLarge(Seed seed) throws Exception {
    byte[] base = seed.bytes(LENGTH);
    byte[] other = seed.split(1).bytes(LENGTH);
    int kept = 0;
    int steps = 64;
    for (int changed = 0; changed <= steps; changed++) {
      byte[] chunk = base.clone();
      System.arraycopy(other, 0, chunk, 0, LENGTH / steps * changed);
      byte[] room = new byte[Codec.boundBytes(LENGTH)];
      int delta = codec.compressDelta(Slice.of(chunk), base, Slice.of(room));
      Encoded encoded = encode(chunk, Base.of(new ChunkId(1, 1, 1, 1), base, 0));
      if (delta <= LENGTH / 2) {
        kept++;
        assertThat(encoded)
            .isEqualTo(new Encoded(Encoding.ZSTD_DELTA, delta, new ChunkId(1, 1, 1, 1)));
        byte[] back = new byte[LENGTH];
        assertThat(codec.expandDelta(Slice.of(target, 7, delta), base, Slice.of(back))).isTrue();
        assertThat(back).isEqualTo(chunk);
      } else {
        assertThat(encoded).isEqualTo(new Encoded(Encoding.RAW, LENGTH, null));
        assertThat(Arrays.copyOfRange(target, 7, 7 + LENGTH)).isEqualTo(chunk);
      }
    }
    assertThat(kept).isBetween(steps / 3, steps / 2 + 1);
  }

  @Test
  void aChunkThatIsNamedLaterIsEncodedAsAnyOther(Seed seed) throws Exception {
    byte[] text = seed.bytes(LENGTH);
    Arrays.fill(text, 100, LENGTH, (byte) 'x');
    for (byte[] chunk : new byte[][] {seed.bytes(LENGTH), text, {1}}) {
      Encoded expected = encode(chunk, null);
      byte[] bytes = Arrays.copyOfRange(target, 7, 7 + expected.length());
      Arrays.fill(target, (byte) 0);
      Slice room = Slice.of(target, 7, target.length - 7);
      assertThat(encoder.encodeAndName(Slice.of(chunk), room))
          .isEqualTo(new BlobEncoder.Named(id(chunk), expected));
      assertThat(Arrays.copyOfRange(target, 7, 7 + expected.length())).isEqualTo(bytes);
      try (BlobEncoder trusting = new BlobEncoder(Protection.clear(), 1, false)) {
        assertThat(trusting.encodeAndName(Slice.of(chunk), room).id()).isEqualTo(id(chunk));
      }
    }
  }

  /// The last block of a volume may be a few bytes where its base was whole.
  @Test
  void aDeltaIsNeverAsLargeAsItsChunk(Seed seed) throws Exception {
    Base large = Base.of(new ChunkId(1, 1, 1, 1), seed.bytes(LENGTH), LENGTH);
    for (int length = 1; length < 40; length++) {
      Encoded encoded = encode(seed.split(1).bytes(length), large);
      assertThat(encoded).isEqualTo(new Encoded(Encoding.RAW, length, null));
    }
  }

  /// What its base took is enough to tell that a delta is worth it.
  @Test
  void aDeltaOfASmallChangeIsKept(Seed seed) throws Exception {
    byte[] base = seed.bytes(LENGTH);
    byte[] chunk = base.clone();
    chunk[5] ^= 1;
    Encoded encoded = encode(chunk, Base.of(new ChunkId(1, 1, 1, 1), base, LENGTH));
    assertThat(encoded.encoding()).isEqualTo(Encoding.ZSTD_DELTA);
    assertThat(encoded.length()).isLessThan(100);
  }

  @Test
  void aChunkIsNeverItsOwnBase(Seed seed) throws Exception {
    byte[] noise = seed.bytes(LENGTH);
    assertThat(encode(noise, Base.of(id(noise), noise, 0)).encoding()).isEqualTo(Encoding.RAW);
  }

  /// Faulty memory: the bytes are not those any more whose id was computed.
  @Test
  void everyEncodingIsProvedByDecoding(Seed seed) throws Exception {
    byte[] noise = seed.bytes(LENGTH);
    byte[] text = new byte[LENGTH];
    Arrays.fill(text, (byte) 'x');
    Base near = Base.of(new ChunkId(1, 1, 1, 1), noise.clone(), 0);
    assertFlipIsFound(noise, null, Encoding.RAW);
    assertFlipIsFound(text, null, Encoding.ZSTD);
    byte[] changed = noise.clone();
    changed[5] ^= 1;
    assertFlipIsFound(changed, near, Encoding.ZSTD_DELTA);
  }

  private void assertFlipIsFound(byte[] chunk, @Nullable Base base, Encoding encoding)
      throws CorruptData {
    ChunkId id = id(chunk);
    assertThat(encode(chunk, base).encoding()).isEqualTo(encoding);
    byte[] flipped = chunk.clone();
    flipped[777] ^= 0x10;
    Slice room = Slice.of(target, 7, target.length - 7);
    assertThatThrownBy(() -> encoder.encode(id, Slice.of(flipped), base, room))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt chunk " + id + ": id, have ");
    try (BlobEncoder trusting = new BlobEncoder(Protection.clear(), 1, false)) {
      assertThat(trusting.encode(id, Slice.of(flipped), base, room).encoding()).isEqualTo(encoding);
    }
  }

  @Test
  void aNodeShowsItsClearPartAndExpandsToItself(Seed seed) throws Exception {
    try (NodeEncoder nodes = new NodeEncoder(Protection.clear())) {
      for (int count : new int[] {1, 2, 1024}) {
        byte[] node = node(count, seed.random());
        byte[] room = new byte[Codec.boundBytes(node.length)];
        int clear = Node.clearBytes(count);
        Blob blob = nodes.encode(nodes.id(node), node, clear, Slice.of(room));
        byte[] back = new byte[node.length];
        System.arraycopy(blob.clear().bytes(), blob.clear().offset(), back, 0, clear);
        Slice body = Slice.of(back, clear, node.length - clear);
        if (blob.encoding() == Encoding.ZSTD) {
          assertThat(codec.expand(blob.encoded(), body)).isTrue();
        } else {
          System.arraycopy(
              blob.encoded().bytes(), blob.encoded().offset(), back, clear, body.length());
        }
        assertThat(back).isEqualTo(node);
        assertThat(blob.rawLength()).isEqualTo(node.length);
      }
    }
  }

  @Test
  void aNodeIsProvedByDecoding(Seed seed) throws Exception {
    try (NodeEncoder nodes = new NodeEncoder(Protection.clear())) {
      byte[] node = node(100, seed.random());
      ChunkId id = nodes.id(node);
      byte[] room = new byte[Codec.boundBytes(node.length)];
      for (int at : new int[] {0, 20, node.length - 1}) {
        byte[] flipped = node.clone();
        flipped[at] ^= 1;
        assertThatThrownBy(() -> nodes.encode(id, flipped, Node.clearBytes(100), Slice.of(room)))
            .isInstanceOf(CorruptData.class)
            .hasMessageStartingWith("corrupt node " + id + ": id, have ");
      }
    }
  }

  private Encoded encode(byte[] chunk, @Nullable Base base) throws CorruptData {
    Slice room = Slice.of(target, 7, target.length - 7);
    return encoder.encode(id(chunk), Slice.of(chunk), base, room);
  }

  private static ChunkId id(byte[] chunk) {
    return Protection.clear().newDigest().of(chunk, 0, chunk.length);
  }

  private static byte[] node(int count, RandomGenerator chance) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(Item.block(i, Samples.chunkId(chance)));
    }
    return new Node(0, items).toBytes();
  }
}
