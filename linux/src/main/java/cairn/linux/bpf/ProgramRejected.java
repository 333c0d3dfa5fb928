package cairn.linux.bpf;

import cairn.linux.CallFailed;
import java.io.IOException;

/// The kernel does not run a program of ours. The message ends with the end of its verifier's log.
public final class ProgramRejected extends IOException {
  private static final long serialVersionUID = 1;

  ProgramRejected(CallFailed cause, String log) {
    super(cause.getMessage() + (log.isEmpty() ? "" : "; the verifier says: " + log), cause);
  }
}
