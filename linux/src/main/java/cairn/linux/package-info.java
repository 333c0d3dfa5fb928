/// Every call into the kernel that the JDK does not offer: one class per facility. The only room
/// with foreign functions; the others see plain Java. Knows `base` only.
@NullMarked
package cairn.linux;

import org.jspecify.annotations.NullMarked;
