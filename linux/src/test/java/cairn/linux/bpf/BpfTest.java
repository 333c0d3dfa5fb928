package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

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
