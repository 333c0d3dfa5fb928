package cairn.linux.tracking;

import static cairn.linux.bpf.Register.R1;
import static cairn.linux.bpf.Register.R2;
import static cairn.linux.bpf.Register.R3;
import static cairn.linux.bpf.Register.R6;
import static cairn.linux.bpf.Register.R7;
import static cairn.linux.bpf.Register.R8;

import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.Errno;
import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.Condition;
import cairn.linux.bpf.Descriptor;
import cairn.linux.bpf.Label;
import cairn.linux.bpf.PerfEvent;
import cairn.linux.bpf.Register;
import cairn.linux.bpf.Tracepoint;
import cairn.linux.bpf.Width;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Tracepoints as perf events: programs see a record of each event, whose fields tracefs names. For
/// kernels without type information.
final class PerfEvents implements Events {
  private static final int MINOR_BITS = 20;

  private final Path directory;
  private final List<DeviceNumber> devices;
  private final boolean severalRanges;

  /// @param directory of the block events in tracefs
  /// @param devices the disk, and the partitions that it has now: an event names either
  /// @param severalRanges whether the disk may take discards of several ranges, of which the event
  ///   of a request names one
  PerfEvents(Path directory, List<DeviceNumber> devices, boolean severalRanges) {
    this.directory = directory;
    this.devices = List.copyOf(devices);
    this.severalRanges = severalRanges;
  }

  @Override
  public List<Hook> hooks() {
    return List.of(Hook.RQ_COMPLETE, Hook.RQ_ISSUE, Hook.BIO_REMAP, Hook.BIO_QUEUE);
  }

  @Override
  public boolean remembers() {
    return false;
  }

  @Override
  public Bpf.Kind kind(Hook hook) {
    return Bpf.Kind.TRACEPOINT;
  }

  @Override
  public Attachment attach(Hook hook, Descriptor program) throws IOException {
    Descriptor event = PerfEvent.open(tracepoint(hook));
    boolean linked = false;
    try {
      Descriptor link = Bpf.attachToEvent(program, event);
      linked = true;
      PerfEvent.enable(event);
      return new Attachment(hook, link, true);
    } catch (CallFailed e) {
      if (linked || e.errno() != Errno.EINVAL) {
        throw e;
      }
      // Before 5.15: what is attached goes with the event.
      PerfEvent.run(event, program);
      PerfEvent.enable(event);
      return new Attachment(hook, event, false);
    } finally {
      if (linked) {
        event.close();
      }
    }
  }

  @Override
  public void write(Hook hook, MarkingCode code) throws IOException {
    Tracepoint tracepoint = tracepoint(hook);
    Assembler assembler = code.assembler();
    Label ours = new Label("our device");
    Label noDisk = new Label("no disk");
    load(assembler, R8, tracepoint.field("rwbs"), 0);
    load(assembler, R2, tracepoint.field("dev"));
    for (DeviceNumber device : devices) {
      assembler
          .moveLong(R3, ((long) device.major() << MINOR_BITS) | device.minor())
          .jumpIf(R2, Condition.EQUAL, R3, ours);
    }
    boolean request = hook.subject() == Hook.Subject.REQUEST;
    if (request) {
      assembler.jumpIf(R2, Condition.EQUAL, 0, noDisk);
    }
    assembler.jump(code.exit()).place(ours);
    load(assembler, R6, tracepoint.field("sector"));
    load(assembler, R7, tracepoint.field("nr_sector"));
    filter(code, tracepoint);
    if (hook == Hook.RQ_COMPLETE && severalRanges) {
      assembler.jumpIf(R8, Condition.EQUAL, 'D', code.lost(Loss.SEVERAL_RANGES));
    }
    code.clip(code.exit());
    code.mark();
    if (request) {
      // A command to who knows which disk.
      assembler
          .place(noDisk)
          .jumpIf(R8, Condition.EQUAL, 'N', code.lost(Loss.PASS_THROUGH))
          .jump(code.exit());
    }
  }

  /// Leaves when nothing is changed. Letters of an operation are put together by `blk_fill_rwbs`:
  /// `F` first when it flushes before, then `W` writes, `D` discards, `R` reads, `F` flushes, `N`
  /// and others for the rest.
  private static void filter(MarkingCode code, Tracepoint tracepoint) throws IOException {
    Label letter = new Label("the letter of the operation");
    Label hasLength = new Label("has a length");
    Assembler assembler = code.assembler().jumpIf(R8, Condition.NOT_EQUAL, 'F', letter);
    load(assembler, R8, tracepoint.field("rwbs"), 1);
    assembler
        .place(letter)
        .jumpIf(R8, Condition.EQUAL, 'R', code.exit())
        .jumpIf(R7, Condition.NOT_EQUAL, 0, hasLength)
        .jumpIf(R8, Condition.EQUAL, 'W', code.exit())
        .jumpIf(R8, Condition.EQUAL, 'F', code.exit())
        .jumpIf(R8, Condition.EQUAL, 'N', code.lost(Loss.PASS_THROUGH))
        .jump(code.lost(Loss.NO_LENGTH))
        .place(hasLength);
  }

  private static void load(Assembler assembler, Register to, Tracepoint.Field field) {
    assembler.load(Width.of(field.bytes()), to, R1, field.offset());
  }

  private static void load(Assembler assembler, Register to, Tracepoint.Field field, int letter) {
    assembler.load(Width.BYTE, to, R1, field.offset() + letter);
  }

  private Tracepoint tracepoint(Hook hook) throws IOException {
    return Tracepoint.read(directory, hook.tracepoint());
  }
}
