/// Measurements: whole processes beside other programs, and micro-benchmarks.
@NullMarked
package cairn.bench;

import org.jspecify.annotations.NullMarked;
