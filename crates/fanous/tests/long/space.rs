//! A disk that is really full: a small file system in memory.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use app::environment::{Clock, Environment, SystemClock};
use app::settings::KeyKind;
use tempfile::TempDir;

use crate::cluster::is_root;
use crate::collector::{self, Program, body, post};
use crate::is_long;
use crate::shop::{Shop, batch, check_once, check_whole, resend};

/// What lies there to be removed when space is needed.
const BALLAST_BYTES: usize = 24 << 20;
/// Far more than fit.
const BATCHES_MAX: u64 = 100_000;
const SEED: u64 = 11;

/// 64 MB that go when it is dropped.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"])
            .arg(folder.path());
        let status = mount.status().expect("`mount` can be run");
        assert!(
            status.success(),
            "a file system of 64 MB could not be mounted"
        );
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let gone = Command::new("umount")
            .arg("-l")
            .arg(self.folder.path())
            .status();
        if !gone.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.folder.path().display());
        }
    }
}

/// A small disk with a shop's place on it; none where nobody may mount one.
fn small_shop() -> Option<(SmallDisk, Shop)> {
    if !is_root() {
        let sentence = "only root can mount the small disk on which this is tested";
        assert!(!is_long(), "{sentence}: run the long tier as root");
        println!("{sentence}; the long tier does it");
        return None;
    }
    let disk = SmallDisk::mount();
    let shop = Shop {
        data: disk.path("data").to_string_lossy().into_owned(),
        schema: None,
        keys: disk.path("keys"),
    };
    Some((disk, shop))
}

/// The sender is asked for patience, is served as soon as there is room, and nothing that was
/// acknowledged is lost.
#[test]
fn a_full_disk_asks_senders_for_patience() {
    let Some((disk, shop)) = small_shop() else {
        return;
    };
    let key = collector::open(&shop).key_create(KeyKind::Secret);
    let key = key.expect("a key");
    std::fs::write(disk.path("ballast"), vec![1; BALLAST_BYTES]).expect("room for ballast");
    let mut program = Program::start(&shop);
    let at = SystemClock.now();
    let send = |number| post(&program.url, &key, &body(SEED, number, at));
    let failed = (0..BATCHES_MAX).find_map(|number| match send(number) {
        Some(200) => None,
        other => Some((number, other)),
    });
    let (failed, status) = failed.expect("64 MB are full in the end");
    assert_eq!(status, Some(503), "after {failed} batches");
    std::fs::remove_file(disk.path("ballast")).expect("ballast can go");
    for number in failed..failed + 20 {
        assert_eq!(send(number), Some(200), "{number}");
    }
    program.kill();
    let app = collector::open(&shop);
    check_once(&app, &(0..failed + 20).collect());
    check_whole(&app);
    drop(app);
}

#[test]
fn a_full_disk_loses_nothing() {
    let Some((disk, shop)) = small_shop() else {
        return;
    };
    let app = shop
        .open(Environment::system())
        .expect("there is room at first");
    std::fs::write(disk.path("ballast"), vec![1; BALLAST_BYTES]).expect("room for ballast");
    let mut acknowledged = BTreeSet::new();
    let mut said = None;
    for number in 0..BATCHES_MAX {
        match app.record(batch(SEED, number)) {
            Ok(_) => drop(acknowledged.insert(number)),
            Err(error) => {
                said = Some((number, error.to_string()));
                break;
            }
        }
    }
    let (failed, said) = said.expect("64 MB are full in the end");
    assert!(said.contains("full"), "the reason is named: {said}");
    println!("full after {failed} batches: {said}");
    check_once(&app, &acknowledged);
    std::fs::remove_file(disk.path("ballast")).expect("ballast can go");
    resend(
        &app,
        SEED,
        failed.saturating_sub(3)..failed + 40,
        &acknowledged,
    );
    check_whole(&app);
    drop(app);
    let app = shop.open(Environment::system()).expect("it opens again");
    acknowledged.extend(failed..failed + 40);
    check_once(&app, &acknowledged);
    drop(app);
}
