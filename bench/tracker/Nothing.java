import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.Descriptor;
import cairn.linux.bpf.Register;
import cairn.linux.bpf.TypeInformation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs programs that do nothing at tracepoints, until its input ends: what the kernel takes by
/// itself for those that do something.
public final class Nothing {
  private Nothing() {}

  /// @param tracepoints by their names
  public static void main(String... tracepoints) throws Exception {
    TypeInformation types = TypeInformation.read(Path.of("/sys/kernel/btf/vmlinux"));
    byte[] nothing = new Assembler().move(Register.R0, 0).exit().assemble();
    List<Descriptor> attached = new ArrayList<>();
    for (String tracepoint : tracepoints) {
      Bpf.Kind kind =
          Bpf.Kind.typedTracepoint(types.typeDefinition("btf_trace_" + tracepoint).orElseThrow());
      try (Descriptor program = Bpf.load("nothing", kind, nothing)) {
        attached.add(Bpf.attachTyped(program));
      }
    }
    System.out.println("attached to " + attached.size());
    while (System.in.read() >= 0) {
      // More of it says nothing.
    }
  }
}
