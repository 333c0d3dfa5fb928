/// Every call into the kernel that the JDK does not offer: one small class for each facility, the
/// handles resolved once, the error of each failure put by name. Constants are those that x86-64
/// and aarch64 share, unless a class says otherwise. The only room with foreign functions; the
/// others see plain Java. Knows `base` only, and nothing of volumes.
@NullMarked
package cairn.linux;

import org.jspecify.annotations.NullMarked;
