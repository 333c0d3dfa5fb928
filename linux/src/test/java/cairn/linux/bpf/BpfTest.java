package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BpfTest {
  @Test
  void tellsWhatTheVerifierSays() {
    byte[] forever =
        new Assembler().load(Width.LONG, Register.R0, Register.R9, 0).exit().assemble();
    assertThatThrownBy(() -> Bpf.load("test", Bpf.Kind.TRACEPOINT, forever))
        .isInstanceOf(ProgramRejected.class)
        .hasMessageContaining("bpf(PROG_LOAD test): EACCES")
        .hasMessageContaining("the verifier says: ")
        .hasMessageContaining("R9 !read_ok");
  }

  @Test
  void namesTheMapThatCannotBe() {
    assertThatThrownBy(() -> BpfMap.create("test", new BpfMap.Shape(2, 3, 4096, 1, 0)))
        .hasMessage("bpf(MAP_CREATE test, 1 entries of 4096 bytes): EINVAL (invalid argument)");
  }

  @Test
  void memoryIsOfNoUseOnceTheArenaIsClosed() throws IOException {
    try (BpfMap map = BpfMap.create("test", BpfMap.Shape.pages(3))) {
      MemorySegment pages;
      try (Arena arena = Arena.ofShared()) {
        pages = map.map(arena, true);
        assertThat(pages.byteSize()).isEqualTo(3 * 4096);
        pages.set(JAVA_INT, 2 * 4096, 7);
        try (Arena other = Arena.ofConfined()) {
          assertThat(map.map(other, false).get(JAVA_INT, 2 * 4096)).isEqualTo(7);
        }
      }
      assertThatThrownBy(() -> pages.get(JAVA_INT, 0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void findsTheKernelsOwnTypes() throws IOException {
    TypeInformation types = TypeInformation.read(Path.of("/sys/kernel/btf/vmlinux"));
    // Fixed by <linux/list.h> and <linux/bvec.h> for as long as there are such lists and vectors.
    assertThat(types.member("list_head", "next")).hasValue(0);
    assertThat(types.member("list_head", "prev")).hasValue(8);
    assertThat(types.member("bio_vec", "bv_len")).hasValue(8);
    assertThat(types.member("bvec_iter", "bi_size")).hasValue(8);
    int iterator = types.member("bio", "bi_iter").orElseThrow();
    assertThat(types.member("bio", "bi_iter.bi_size")).hasValue(iterator + 8);
    assertThat(types.member("bio", "bi_iter.none")).isEmpty();
    assertThat(types.member("bio", "none")).isEmpty();
    assertThat(types.member("no_such_structure", "next")).isEmpty();
    int queue = types.typeDefinition("btf_trace_block_bio_queue").orElseThrow();
    assertThat(types.argument(queue, "bio")).hasValue(1);
    assertThat(types.argument(queue, "request")).isEmpty();
    assertThat(types.typeDefinition("btf_trace_no_such_thing")).isEmpty();
  }

  /// As Linux before 5.18, where the command is elsewhere, and after it.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void findsTheTypesOfAModuleBesideTheKernels(boolean isAddress) throws IOException {
    byte[] kernel = Files.readAllBytes(Path.of("/sys/kernel/btf/vmlinux"));
    TypeInformation types = new TypeInformation(kernel);
    String type = isAddress ? "btf_trace_block_bio_queue" : "u32";
    int id = types.typeDefinition(type).orElseThrow();
    TypeInformation both = types.with(module(kernel, id));
    assertThat(both.member("made_up", "second")).hasValue(24);
    assertThat(both.isPointer("made_up", "second")).isEqualTo(isAddress);
    assertThat(both.size("made_up")).hasValue(40);
    assertThat(both.size("list_head")).hasValue(16);
    assertThat(both.member("list_head", "prev")).hasValue(8);
    assertThat(types.size("made_up")).isEmpty();
    assertThat(types.isPointer("made_up", "second")).isFalse();
  }

  /// `struct made_up { ...; second; }`, its name numbered on from the kernel's.
  ///
  /// @param type of the second member
  private static byte[] module(byte[] kernel, int type) {
    ByteBuffer base = ByteBuffer.wrap(kernel).order(ByteOrder.nativeOrder());
    int names = base.getInt(20);
    byte[] strings = "\0made_up\0second\0".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer module = ByteBuffer.allocate(24 + 24 + strings.length).order(base.order());
    module.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
    module.putInt(0).putInt(24).putInt(24).putInt(strings.length);
    int structureOfOne = 4 << 24 | 1;
    module.putInt(names + 1).putInt(structureOfOne).putInt(40);
    module.putInt(names + 9).putInt(type).putInt(24 * Byte.SIZE);
    return module.put(strings).array();
  }

  @Test
  void refusesTypesThatAreNone() {
    assertThatThrownBy(() -> new TypeInformation(new byte[100])).hasMessageContaining("magic");
    assertThatThrownBy(() -> new TypeInformation(new byte[3])).hasMessageContaining("magic");
  }

  @Test
  void refusesTypesThatAreCutOff() throws IOException {
    byte[] all = Files.readAllBytes(Path.of("/sys/kernel/btf/vmlinux"));
    assertThatThrownBy(() -> new TypeInformation(Arrays.copyOf(all, 100_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut off");
  }
}
