//! Owns: the memory of this machine, or of the control group that the process is in. Never: decides
//! what a run does with it.

/// The memory in bytes; `None` where the system does not say it.
#[cfg(target_os = "linux")]
pub fn machine_memory() -> Option<u64> {
    let system = rustix::system::sysinfo();
    let all = (system.totalram as u64).checked_mul(u64::from(system.mem_unit))?;
    let limits = control_group_limits().into_iter().filter(|limit| *limit > 0);
    Some(limits.fold(all, u64::min))
}

/// The memory in bytes; `None` where the system does not say it.
#[cfg(not(target_os = "linux"))]
pub fn machine_memory() -> Option<u64> {
    None
}

/// The limits of the control groups that the process is in, as far as they are visible from it: of
/// version 2 or 1, in a container or outside.
#[cfg(target_os = "linux")]
fn control_group_limits() -> Vec<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut files = vec![
        "/sys/fs/cgroup/memory.max".to_owned(),
        "/sys/fs/cgroup/memory/memory.limit_in_bytes".to_owned(),
    ];
    // A line is "number:controllers:path"; version 2 names no controllers.
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        // A group is bounded by those above it, too.
        for path in std::path::Path::new(path).ancestors() {
            let path = path.display();
            if controllers.is_empty() {
                files.push(format!("/sys/fs/cgroup{path}/memory.max"));
            } else if controllers.split(',').any(|name| name == "memory") {
                files.push(format!("/sys/fs/cgroup/memory{path}/memory.limit_in_bytes"));
            }
        }
    }
    let limit = |file: String| std::fs::read_to_string(file).ok()?.trim().parse().ok();
    files.into_iter().filter_map(limit).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn the_machine_has_memory() {
        let bytes = super::machine_memory().unwrap();
        assert!(bytes >= 16 << 20, "{bytes}");
    }
}
