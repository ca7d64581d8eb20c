//! No answer before a completed sync, as the kernel saw it.

use std::process::Command;

use store::Engine;
use testkit::engines::Place;

use crate::shop::{Order, Shop};
use crate::victim::{Victim, order};

const BATCHES: u64 = 20;

/// One sender, so that between two answers there is one commit: whatever was written is synced
/// before the answer is.
#[test]
fn an_answer_follows_a_completed_sync() {
    let place = Place::new(Engine::Sqlite);
    let log = place.folder().join("calls");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-s",
        "64",
        "-e",
        "trace=fsync,fdatasync,write,pwrite64",
        "-o",
    ]);
    strace.arg(&log);
    let order = Order {
        threads: 1,
        ..order(&Shop::at(&place), 7, 0, BATCHES)
    };
    let mut victim = Victim::start_under(strace, &order);
    victim.wait_to_its_end();
    let said = &victim.said;
    assert_eq!(victim.acknowledged.len() as u64, BATCHES, "{said:?}");
    let calls = std::fs::read_to_string(&log).expect("strace wrote what it saw");
    let (mut unsynced, mut syncs, mut answers) = (0, 0, 0);
    for call in calls.lines() {
        if call.contains("pwrite64(") {
            unsynced += 1;
        } else if call.contains("sync") && call.trim_end().ends_with("= 0") {
            (unsynced, syncs) = (0, syncs + 1);
        } else if call.contains("victim ack ") {
            assert!(syncs > 0, "an answer without a sync before it: {call}");
            assert_eq!(
                unsynced, 0,
                "an answer before its bytes were synced: {call}"
            );
            (syncs, answers) = (0, answers + 1);
        }
    }
    assert_eq!(answers, BATCHES, "every answer was seen");
}
