package cairn.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TracepointTest {
  @TempDir private Path events;

  @Test
  void knowsWhereFieldsLie() throws IOException {
    Path directory = Files.createDirectory(events.resolve("block_bio_queue"));
    Files.writeString(directory.resolve("id"), "2097\n");
    Files.writeString(
        directory.resolve("format"),
        """
        name: block_bio_queue
        ID: 2097
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

        \tfield:dev_t dev;\toffset:8;\tsize:4;\tsigned:0;
        \tfield:sector_t sector;\toffset:16;\tsize:8;\tsigned:0;
        \tfield:char rwbs[10];\toffset:28;\tsize:10;\tsigned:0;
        \tfield:__data_loc char[] cmd;\toffset:60;\tsize:4;\tsigned:0;

        print fmt: "%d,%d %s", REC->dev, REC->dev, REC->rwbs
        """);
    Tracepoint tracepoint = Tracepoint.read(events, "block_bio_queue");
    assertThat(tracepoint.id()).isEqualTo(2097);
    assertThat(tracepoint.field("dev")).isEqualTo(new Tracepoint.Field(8, 4));
    assertThat(tracepoint.field("sector")).isEqualTo(new Tracepoint.Field(16, 8));
    assertThat(tracepoint.field("rwbs")).isEqualTo(new Tracepoint.Field(28, 10));
    assertThat(tracepoint.field("cmd")).isEqualTo(new Tracepoint.Field(60, 4));
    assertThatThrownBy(() -> tracepoint.field("nr_sector"))
        .hasMessage("the tracepoint block_bio_queue of this kernel has no field nr_sector");
    Files.writeString(directory.resolve("id"), "many\n");
    assertThatThrownBy(() -> Tracepoint.read(events, "block_bio_queue"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot understand");
  }
}
