//! How many connections the system lets this process have.

use web::DoorOptions;

/// Files that are no connections: the store's, the log's, the libraries'.
const OTHER_FILES: usize = 512;

/// The front door, as wide as the system allows. A connection is a file, and many systems give a
/// process a thousand at first and more when it asks.
pub(crate) fn door() -> DoorOptions {
    let usual = DoorOptions::default();
    let connections_max = allowed().saturating_sub(OTHER_FILES).max(OTHER_FILES);
    DoorOptions {
        connections_max: connections_max.min(usual.connections_max),
        ..usual
    }
}

/// The most files this process may have open, after asking for all it can get.
#[cfg(unix)]
fn allowed() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "no more files than at first");
    }
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
const fn allowed() -> usize {
    usize::MAX
}
