/// Real devices and file systems for tests: loop devices and what is mounted on them. Needs root.
@NullMarked
package cairn.linux.test;

import org.jspecify.annotations.NullMarked;
