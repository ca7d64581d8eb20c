//! `fanous serve` and `fanous demo`.

mod demo;
mod files;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use clap::Args;
use connectors::mail::Mailer;
use connectors::places::PlacesFile;
use domain::visits::Places;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use web::{IpNet, Neighbour, PublicAddress, WebOptions};

use crate::background::Background;
use crate::commands::Failure;
use crate::letters::MailArguments;
use crate::open::{DataOptions, open};
use crate::socket;

/// How to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeOptions {
    /// Where to listen: only this machine, or, with --public-url, any address of it.
    #[arg(long, env = "FANOUS_LISTEN", default_value = "127.0.0.1:7777")]
    listen: SocketAddr,
    /// Where browsers find the pages, https://club.example.com: whoever asks for another name is
    /// refused. What speaks TLS stands in front. [default: http:// and where it listens]
    #[arg(long, value_name = "URL", env = "FANOUS_PUBLIC_URL")]
    public_url: Option<PublicAddress>,
    /// Networks of the proxies in front, with commas between: their X-Forwarded-For is believed,
    /// so that tries at the login are counted for whoever makes them.
    #[arg(
        long,
        value_name = "NETWORK",
        env = "FANOUS_PROXIES",
        value_delimiter = ','
    )]
    proxies: Vec<IpNet>,
    /// Where Prometheus finds /metrics; only this machine. Nowhere, if it is not set.
    #[arg(long, value_name = "ADDRESS", env = "FANOUS_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// A file in the MaxMind format that says in which country an address is; what its licence
    /// asks for is yours to see to. Without one, visits have no place.
    #[arg(long, value_name = "FILE", env = "FANOUS_PLACES")]
    places: Option<PathBuf>,
    /// Whom that licence wants named where places are shown.
    #[arg(
        long,
        value_name = "WORDS",
        env = "FANOUS_PLACES_CREDIT",
        default_value = "",
        hide_default_value = true
    )]
    places_credit: String,
    #[command(flatten)]
    mail: MailArguments,
}

impl ServeOptions {
    /// What finds out where an address is; none where there is no such file.
    fn places(&self) -> Result<Option<Arc<dyn Places>>, Failure> {
        let Some(path) = &self.places else {
            return Ok(None);
        };
        let file = PlacesFile::open(path);
        let file = file.map_err(|error| Failure::wrong_use(format!("--places {error}")))?;
        Ok(Some(Arc::new(file)))
    }
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
    /// Where the first owner makes the shop theirs, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) setup_url: Option<String>,
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
    check_listen(&options, first)?;
    let mailer = options.mail.mailer()?;
    let metrics = metrics_listener(options.metrics_listen).await?;
    let mut shop = Shop::open(data.clone(), &[options.listen]).await?;
    shop.mailer = mailer;
    shop.options = WebOptions {
        address: shop.url.clone(),
        is_open: first == First::Demo,
        has_mail: shop.mailer.is_some(),
        proxies: options.proxies.clone(),
        read_messages: Some(connectors::wire::told),
        door: files::door(),
        places: options.places()?,
        places_credit: options.places_credit.clone(),
        ..WebOptions::default()
    };
    if let Some(public) = &options.public_url {
        shop.options = std::mem::take(&mut shop.options).served_at(public);
    }
    let metrics_url = metrics
        .map(|listener| watch(listener, &shop.app))
        .transpose()?;
    let mut ready = Ready {
        url: shop.url.clone(),
        write_key: None,
        secret_key: None,
        synthetic_url: None,
        setup_url: None,
        metrics_url,
    };
    if first == First::Nothing {
        ready.setup_url = shop.setup_url().await?;
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

/// Who can be reached from other machines has a name there, and an example never can.
fn check_listen(options: &ServeOptions, first: First) -> Result<(), Failure> {
    if options.listen.ip().is_loopback() {
        return Ok(());
    }
    let listen = options.listen;
    let what = match (first, &options.public_url) {
        (First::Demo, _) => "the demo lets in whoever comes: let it listen on 127.0.0.1 or [::1]",
        (First::Nothing, None) => {
            "say with --public-url under which name browsers find it, such as \
             https://club.example.com"
        }
        (First::Nothing, Some(public)) => {
            if !public.is_secure {
                tracing::warn!("passwords go to {} in the clear: use https", public.text);
            }
            return Ok(());
        }
    };
    Err(Failure::wrong_use(format!(
        "{listen} can be reached from other machines: {what}"
    )))
}

/// A shop that is open and has an address.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) data: DataOptions,
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    mailer: Option<Mailer>,
    options: WebOptions,
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
            // An example beside another one; what is served for good says more.
            options: WebOptions {
                is_open: true,
                read_messages: Some(connectors::wire::told),
                door: files::door(),
                ..WebOptions::default()
            },
        })
    }

    /// Where the first owner makes the shop theirs; none when somebody works here.
    async fn setup_url(&self) -> Result<Option<String>, Failure> {
        let app = self.app.clone();
        let token = on_thread(move || Ok(app.setup_token()?)).await?;
        let address = &self.options.address;
        Ok(token.map(|token| format!("{address}/setup?token={}", token.reveal())))
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
            ..self.options
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
    if let Some(url) = &ready.setup_url {
        println!("Nobody works here yet. Make the shop yours, once and within a day: {url}");
    }
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
