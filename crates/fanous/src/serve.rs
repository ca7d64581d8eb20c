//! `fanous serve` and `fanous demo`.

mod demo;

use std::net::SocketAddr;

use app::App;
use clap::Args;
use connectors::mail::Mailer;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use web::{Neighbour, WebOptions};

use crate::background::Background;
use crate::commands::Failure;
use crate::letters::MailArguments;
use crate::open::{DataOptions, open};
use crate::socket;

/// How to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeOptions {
    /// Where to listen. Only this machine, until there is a login.
    #[arg(long, env = "FANOUS_LISTEN", default_value = "127.0.0.1:7777")]
    listen: SocketAddr,
    /// Where Prometheus finds /metrics; only this machine. Nowhere, if it is not set.
    #[arg(long, value_name = "ADDRESS", env = "FANOUS_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    mail: MailArguments,
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
pub(crate) struct Ready {
    pub(crate) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) write_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_key: Option<String>,
    /// Where the demo's made-up shop is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) synthetic_url: Option<String>,
    /// Where Prometheus finds the figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metrics_url: Option<String>,
}

/// The figures say how much a shop sells, so nobody on the network may ask for them.
async fn metrics_listener(address: Option<SocketAddr>) -> Result<Option<TcpListener>, Failure> {
    let Some(address) = address else {
        return Ok(None);
    };
    if !address.ip().is_loopback() {
        return Err(Failure::wrong_use(format!(
            "--metrics-listen {address} can be reached from other machines: give 127.0.0.1 or \
             [::1], and let what collects the figures run on this machine"
        )));
    }
    let listener = TcpListener::bind(address).await;
    listener
        .map(Some)
        .map_err(|error| Failure::failed(format!("cannot listen on {address}: {error}")))
}

/// Serves the figures until a signal comes; where they are.
fn watch(listener: TcpListener, app: &App) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(Failure::failed)?;
    let served = web::serve_metrics(listener, app.clone(), until_signal());
    tokio::spawn(async move {
        if let Err(error) = served.await {
            tracing::warn!(%error, "the figures are no longer served");
        }
    });
    Ok(format!("http://{address}/metrics"))
}

/// Done when a signal comes; a machine without signals serves until it is ended.
async fn until_signal() {
    if signal().await.is_err() {
        std::future::pending::<()>().await;
    }
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
    let mailer = options.mail.mailer()?;
    let metrics = metrics_listener(options.metrics_listen).await?;
    let mut shop = Shop::open(data.clone(), &[options.listen]).await?;
    shop.mailer = mailer;
    let metrics_url = metrics
        .map(|listener| watch(listener, &shop.app))
        .transpose()?;
    let mut ready = Ready {
        url: shop.url.clone(),
        write_key: None,
        secret_key: None,
        synthetic_url: None,
        metrics_url,
    };
    if first == First::Nothing {
        announce(&ready, json);
        return shop.serve(None).await;
    }
    let app = shop.app.clone();
    let keys = on_thread(move || demo::prepare_real(&app, data.folder().as_deref(), json));
    let keys = keys.await?;
    (ready.write_key, ready.secret_key) = (keys.write_key, keys.secret_key);
    let synthetic = demo::open_synthetic(&shop, json).await?;
    ready.synthetic_url = Some(synthetic.url.clone());
    announce(&ready, json);
    let (to_synthetic, to_real) = (synthetic.as_neighbour(), shop.as_neighbour());
    tokio::try_join!(
        shop.serve(Some(to_synthetic)),
        synthetic.serve(Some(to_real))
    )?;
    Ok(())
}

/// A shop that is open and has an address.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) data: DataOptions,
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    mailer: Option<Mailer>,
}

impl Shop {
    /// Opens the store, erases again whoever the journal names, and takes the first of these
    /// addresses that is free.
    pub(crate) async fn open(data: DataOptions, listen: &[SocketAddr]) -> Result<Self, Failure> {
        let opened = data.clone();
        let app = on_thread(move || open(&opened)).await?;
        let replayed = app.clone();
        on_thread(move || Ok(replayed.erasures_replay()?)).await?;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            let address = listen.first().map(ToString::to_string).unwrap_or_default();
            Failure::failed(format!("cannot listen on {address}: {error}"))
        })?;
        let address = listener.local_addr().map_err(Failure::failed)?;
        Ok(Self {
            app,
            data,
            listener,
            address,
            url: format!("http://{address}"),
            mailer: None,
        })
    }

    fn as_neighbour(&self) -> Neighbour {
        Neighbour {
            name: self.app.in_force().settings.name.clone(),
            address: format!("{}/", self.url),
        }
    }

    /// Serves pages, API and commands until a signal comes.
    async fn serve(self, neighbour: Option<Neighbour>) -> Result<(), Failure> {
        let app = self.app.clone();
        let background = Background::start(app.clone(), self.mailer).map_err(Failure::failed)?;
        let folder = self.data.folder();
        let socket = folder
            .map(|folder| socket::listen(&folder, self.app.clone()))
            .transpose()?;
        let options = WebOptions {
            neighbour,
            ..WebOptions::default()
        };
        let served = web::serve(self.listener, self.app, options, until_signal()).await;
        drop(socket);
        drop(background);
        // What was done up to here cannot be taken back unseen.
        on_thread(move || {
            app.audit_flush()?;
            Ok(app.audit_anchor()?)
        })
        .await?;
        served.map_err(Failure::failed)
    }
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

pub(crate) async fn on_thread<T: Send + 'static>(
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
    if let Some(url) = &ready.synthetic_url {
        println!("Beside it a synthetic shop, with people who do not exist: {url}");
    }
    println!("Ctrl-C ends it.");
}
