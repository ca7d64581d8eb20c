//! `idle_memory`: what the whole server holds when nothing happens, as the operating system
//! counts it, with ten thousand customers.

use std::time::Duration;

use crate::figure::{Figure, Target};
use crate::server::{Home, Server};
use crate::{Bench, Failure, load};

const CUSTOMERS: u64 = 10_000;
/// After so long a server has read its population and gone idle.
const IDLE_AFTER: Duration = Duration::from_secs(10);

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("idle")?;
    let customers = bench.scaled(CUSTOMERS);
    let app = load::open_sqlite(&folder)?;
    load::settle_customers(&app, customers, 7)?;
    app.settle()?;
    drop(app);
    let server = Server::start(&Home::in_folder(&folder))?;
    std::thread::sleep(IDLE_AFTER);
    let held_kb = server.memory_kb("VmRSS")?;
    Ok(vec![Figure {
        name: "idle_memory",
        value: held_kb as f64 / 1_024.0,
        unit: "MB",
        n: customers,
        n_fixed: CUSTOMERS,
        target: Target::AtMost(60.0),
        peer: None,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
        fsync_p50_us: bench.place.fsync_p50_us()?,
    }])
}
