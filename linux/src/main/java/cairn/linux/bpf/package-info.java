/// Programs for the kernel's own machine: assembled here, loaded and attached by bpf(2). Knows the
/// C library, nothing of disks.
@NullMarked
package cairn.linux.bpf;

import org.jspecify.annotations.NullMarked;
