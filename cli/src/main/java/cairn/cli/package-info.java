/// The commands. The only place where things are wired together, where clock and secure random are
/// made, and where the process is given its exit code.
@NullMarked
package cairn.cli;

import org.jspecify.annotations.NullMarked;
