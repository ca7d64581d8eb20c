//! `fanous serve` and `fanous demo`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use app::App;
use app::settings::KeyKind;
use clap::Args;
use domain::money::Currency;
use domain::settings::ShopSettings;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::background::Background;
use crate::commands::{Failure, import_file};
use crate::open::{DataOptions, open};
use crate::socket;
use crate::terminal::Terminal;

/// The real shop's year that comes with the program (see its README for whose it is).
const EXAMPLE: &[u8] = include_bytes!("../../../examples/online-retail/online_retail.csv.gz");
/// Where the demo keeps its keys, which open nothing but the demo.
const DEMO_KEYS: &str = "demo-keys.json";

/// How to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeOptions {
    /// Where to listen. Only this machine, until there is a login.
    #[arg(long, env = "FANOUS_LISTEN", default_value = "127.0.0.1:7777")]
    listen: SocketAddr,
}

/// What happens before serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// Nothing.
    Nothing,
    /// The example is brought in when the store is empty.
    Demo,
}

/// The line of JSON that says that the server is ready; what does not apply is left out.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    write_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_key: Option<String>,
}

/// Serves until a signal comes.
pub(crate) async fn serve(
    data: DataOptions,
    options: ServeOptions,
    json: bool,
    first: First,
) -> Result<(), Failure> {
    if !options.listen.ip().is_loopback() {
        return Err(Failure::wrong_use(format!(
            "{} can be reached from other machines, and there is no login yet: listen on \
             127.0.0.1 or [::1]",
            options.listen
        )));
    }
    let folder = data.folder();
    let app = on_thread(move || open(&data)).await?;
    let replayed = app.clone();
    on_thread(move || Ok(replayed.erasures_replay()?)).await?;
    let listener = TcpListener::bind(options.listen).await.map_err(|error| {
        Failure::failed(format!("cannot listen on {}: {error}", options.listen))
    })?;
    let address = listener.local_addr().map_err(Failure::failed)?;
    let mut ready = Ready {
        url: format!("http://{address}"),
        write_key: None,
        secret_key: None,
    };
    if first == First::Demo {
        let (app, folder) = (app.clone(), folder.clone());
        let keys = on_thread(move || prepare_demo(&app, folder.as_deref(), json)).await?;
        (ready.write_key, ready.secret_key) = (keys.write_key, keys.secret_key);
    }
    let background = Background::start(app.clone()).map_err(Failure::failed)?;
    let socket = folder
        .map(|folder| socket::listen(&folder, app.clone()))
        .transpose()?;
    announce(&ready, json);
    let served = web::serve(listener, app, web::WebOptions::default(), async {
        // A machine without signals serves until it is ended.
        if signal().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await;
    drop(socket);
    drop(background);
    served.map_err(Failure::failed)
}

/// Ctrl-C, or the request of a service manager to end.
pub(crate) async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            outcome = tokio::signal::ctrl_c() => outcome,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::failed)?
}

fn announce(ready: &Ready, json: bool) {
    if json {
        println!(
            "{}",
            serde_json::to_string(ready).expect("texts are a JSON document")
        );
        return;
    }
    println!("Fanous serves {}", ready.url);
    if let Some(key) = &ready.secret_key {
        println!("  the demo's secret key for the JSON API: {key}");
        println!(
            "  try: curl -H 'Authorization: Bearer {key}' {}/v1/insight/overview",
            ready.url
        );
    }
    println!("Ctrl-C ends it.");
}

/// Fills an empty store with the example and makes the demo's keys.
fn prepare_demo(app: &App, folder: Option<&Path>, json: bool) -> Result<Ready, Failure> {
    let customers = app
        .store()
        .read(store::customers::customer_count)
        .map_err(Failure::failed)?;
    let interrupted = folder.is_some_and(|folder| folder.join(DEMO_MARK).exists());
    if customers == 0 || interrupted {
        let mark = folder.map(|folder| folder.join(DEMO_MARK));
        if let Some(mark) = &mark {
            fs::write(mark, "").map_err(Failure::failed)?;
        }
        import_example(app, json)?;
        if let Some(mark) = &mark {
            fs::remove_file(mark).map_err(Failure::failed)?;
        }
    }
    demo_keys(app, folder)
}

/// Lies in the data folder while the example is being brought in, so that a demo that was
/// interrupted goes on the next time.
const DEMO_MARK: &str = "demo-unfinished";

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
    };
    if let Some(path) = path {
        let text = serde_json::to_string(&keys).map_err(Failure::failed)?;
        fs::write(path, text).map_err(Failure::failed)?;
    }
    Ok(keys)
}
