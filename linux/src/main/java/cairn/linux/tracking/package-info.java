/// Marks what is written to a disk, by programs that the kernel runs at its own tracepoints. They
/// can observe, and nothing else.
@NullMarked
package cairn.linux.tracking;

import org.jspecify.annotations.NullMarked;
