@NullMarked
package cairn.linux.bpf;

import org.jspecify.annotations.NullMarked;
