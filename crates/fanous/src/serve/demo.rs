//! `fanous demo`: a real shop's year, and beside it a synthetic shop that fills every page. The
//! two are stores of their own, each with its own address; they are never mixed.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use app::App;
use app::customers::CustomerRef;
use app::settings::KeyKind;
use domain::customers::Identity;
use domain::money::Currency;
use domain::settings::ShopSettings;
use testkit::world::{World, WorldOptions};

use super::{Ready, Shop, on_thread};
use crate::commands::{Failure, import_file};
use crate::open::DataOptions;
use crate::terminal::Terminal;

/// The real shop's year that comes with the program (see its README for whose it is).
const EXAMPLE: &[u8] = include_bytes!("../../../../examples/online-retail/online_retail.csv.gz");
/// Where the demo keeps its keys, which open nothing but the demo.
const DEMO_KEYS: &str = "demo-keys.json";
/// Lies in the data folder while the example is being brought in, so that a demo that was
/// interrupted goes on the next time.
const DEMO_MARK: &str = "demo-unfinished";
/// Events of the synthetic shop that are written together.
const EVENTS_PER_BATCH: usize = 5_000;
/// The folder, and the end of the schema, of the synthetic shop.
const SYNTHETIC: &str = "synthetic";

/// Fills an empty store with the real shop's year and makes the demo's keys.
pub(super) fn prepare_real(app: &App, folder: Option<&Path>, json: bool) -> Result<Ready, Failure> {
    fill(app, folder, || import_example(app, json))?;
    demo_keys(app, folder)
}

/// Opens the synthetic shop beside the real one, and fills it when it is empty.
pub(super) async fn open_synthetic(real: &Shop, json: bool) -> Result<Shop, Failure> {
    let data = beside(&real.data);
    let shop = Shop::open(
        data.clone(),
        &[next_port(real.address), any_port(real.address)],
    )
    .await?;
    let app = shop.app.clone();
    on_thread(move || {
        let folder = data.folder();
        fill(&app, folder.as_deref(), || import_synthetic(&app, json))
    })
    .await?;
    Ok(shop)
}

/// A store of its own beside another one, under the same keys' folder or one of its own.
fn beside(data: &DataOptions) -> DataOptions {
    match data.folder() {
        Some(folder) => DataOptions {
            data: folder.join(SYNTHETIC).display().to_string(),
            keys: data.keys.as_ref().map(|keys| keys.join(SYNTHETIC)),
            ..data.clone()
        },
        None => DataOptions {
            schema: Some(match &data.schema {
                Some(schema) => format!("{schema}_{SYNTHETIC}"),
                None => format!("fanous_{SYNTHETIC}"),
            }),
            keys: Some(match &data.keys {
                Some(keys) => keys.join(SYNTHETIC),
                None => PathBuf::from("fanous-keys").join(SYNTHETIC),
            }),
            ..data.clone()
        },
    }
}

/// The port behind another one: 7778 behind 7777.
fn next_port(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(0))
}

fn any_port(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), 0)
}

/// Fills a store that is empty, or that a demo before this one did not fill to the end.
fn fill(
    app: &App,
    folder: Option<&Path>,
    with: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let customers = app
        .store()
        .read(store::customers::customer_count)
        .map_err(Failure::failed)?;
    let mark = folder.map(|folder| folder.join(DEMO_MARK));
    let interrupted = mark.as_ref().is_some_and(|mark| mark.exists());
    if customers > 0 && !interrupted {
        return Ok(());
    }
    if let Some(mark) = &mark {
        fs::write(mark, "").map_err(Failure::failed)?;
    }
    with()?;
    if let Some(mark) = &mark {
        fs::remove_file(mark).map_err(Failure::failed)?;
    }
    Ok(())
}

fn import_example(app: &App, json: bool) -> Result<(), Failure> {
    let temporary = tempfile::tempdir().map_err(Failure::failed)?;
    let file: PathBuf = temporary.path().join("online_retail.csv.gz");
    fs::write(&file, EXAMPLE).map_err(Failure::failed)?;
    app.settings_put(ShopSettings {
        name: "Online Retail".to_owned(),
        zone: "Europe/London".parse().map_err(Failure::failed)?,
        currency: Currency::GBP,
        ..ShopSettings::default()
    })?;
    let stop = Arc::new(AtomicBool::new(false));
    import_file(file, app, &mut Terminal::standard(json), &stop)
}

/// The seeded world whose truth the tests know: coffee and clothes, a branch, a social channel,
/// names in three languages. Its products come as a file would bring them, what happened as the
/// past that a shop's trackers would have told.
fn import_synthetic(app: &App, json: bool) -> Result<(), Failure> {
    let world = World::new(WorldOptions::demo());
    app.settings_put(ShopSettings {
        is_synthetic: true,
        ..world.settings()
    })?;
    let stop = AtomicBool::new(false);
    let products = world.history(0).into_iter().map(Ok::<_, Infallible>);
    app.import("demo:synthetic", products, &stop, &mut |_| {})?;
    let mut terminal = Terminal::standard(json);
    let past = world.past();
    let total = past.len();
    let mut written = 0;
    let mut batch = Vec::with_capacity(EVENTS_PER_BATCH);
    let mut past = past.peekable();
    while let Some(event) = past.next() {
        batch.push(event);
        if batch.len() == EVENTS_PER_BATCH || past.peek().is_none() {
            written += batch.len();
            app.record(std::mem::take(&mut batch))?;
            terminal.progress(&format!(
                "{written} of {total} events of the synthetic shop written"
            ));
        }
    }
    for merge in world.merges().iter().filter(|it| it.undone_at.is_none()) {
        let find = |named: &Identity| app.customer_find(&CustomerRef::Identity(named.clone()));
        app.merge(find(&merge.into)?, find(&merge.from)?)?;
    }
    app.settle()?;
    Ok(())
}

/// The demo's keys are kept beside its data, so that the second start shows the same ones.
fn demo_keys(app: &App, folder: Option<&Path>) -> Result<Ready, Failure> {
    let path = folder.map(|folder| folder.join(DEMO_KEYS));
    let kept = path.as_ref().and_then(|path| fs::read_to_string(path).ok());
    if let Some(kept) = kept.and_then(|text| serde_json::from_str::<Ready>(&text).ok()) {
        return Ok(kept);
    }
    let keys = Ready {
        url: String::new(),
        write_key: Some(app.key_create(KeyKind::Write)?),
        secret_key: Some(app.key_create(KeyKind::Secret)?),
        synthetic_url: None,
        setup_url: None,
        metrics_url: None,
    };
    if let Some(path) = path {
        let text = serde_json::to_string(&keys).map_err(Failure::failed)?;
        fs::write(path, text).map_err(Failure::failed)?;
    }
    Ok(keys)
}
