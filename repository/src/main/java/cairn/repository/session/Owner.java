package cairn.repository.session;

/// Who runs a session, so that a person, or the same machine, can tell whether it still does.
///
/// @param host name of the machine
/// @param bootId of its kernel, `/proc/sys/kernel/random/boot_id`, then a colon and its namespace
///   of process ids, `/proc/self/ns/pid`: only where both are the same does a process id tell
///   anything
/// @param pid of the process
/// @param program name and version
public record Owner(String host, String bootId, long pid, String program) {}
