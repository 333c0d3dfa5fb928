/// Freezing mounted file systems for a moment, with a watchdog process that thaws them whatever
/// becomes of this one.
///
/// Who holds something frozen must not write to it, in any way: no file, no log line, and nothing
/// that the JVM writes by itself. Reading is allowed, so a class may still be loaded from a frozen
/// file system, but memory for it may have to be found by writing others out. So: everything
/// resolved and exercised beforehand, memory locked ([cairn.linux.MemoryLock]) where it matters,
/// and the JVM run with `-XX:-UsePerfData`, as its counters are a file in `/tmp` that is written to
/// at any time, and every thread stops that does.
@NullMarked
package cairn.linux.freeze;

import org.jspecify.annotations.NullMarked;
