//! Pages and the JSON API: the only floor that knows HTTP and HTML.
//!
//! It may ask `app` and name `domain`; it never sees the store. A handler finds, asks and answers.
//! Start reading at `router`; `errors` says which refusal becomes which status, `i18n` where the
//! words come from, `charts` how figures are drawn.

mod address;
mod api;
mod asked;
mod asking;
mod assets;
mod charts;
mod collect;
mod cookies;
mod door;
mod errors;
mod export;
mod format;
mod gate;
mod groups;
mod guard;
mod i18n;
mod layout;
mod pages;
mod router;
mod shared;
mod watch;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use domain::visits::Places;
use tokio::net::TcpListener;

pub use address::PublicAddress;
pub use collect::ReadMessages;
pub use door::DoorOptions;
pub use gate::{Endpoint, Gate};
pub use ipnet::IpNet;
pub use router::{endpoints, router};

/// How the pages and the API are served.
#[derive(Debug, Clone)]
pub struct WebOptions {
    /// Use cases that run at once; they block a thread each.
    pub asks_max: usize,
    /// Requests that may be in the house at once; one more is asked to come again.
    pub requests_max: usize,
    /// The largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// After this a request is answered with an apology.
    pub request_timeout: Duration,
    /// Who may come in, and how slowly.
    pub door: DoorOptions,
    /// The names under which the pages may be called, without ports. Any other `Host` is refused,
    /// so that a stranger's domain that leads here cannot read what is here.
    pub hosts: Vec<String>,
    /// Where the outside world finds the pages, for the links in letters:
    /// `https://club.example.com`, without a slash at the end.
    pub address: String,
    /// Whether that is over TLS: then cookies and browsers never go there in the clear.
    pub is_secure: bool,
    /// Nobody has to sign in, and whoever comes may do everything. Only for an example on the
    /// machine of whoever looks at it.
    pub is_open: bool,
    /// Whether letters can be sent; without, links are shown to whoever may hand them on.
    pub has_mail: bool,
    /// Proxies in front, whose word about where a request comes from is believed.
    pub proxies: Vec<IpNet>,
    /// What reads the bodies of trackers; without, there is no collector.
    pub read_messages: Option<ReadMessages>,
    /// What finds out where an address is; none where the shop has no such file.
    pub places: Option<Arc<dyn Places>>,
    /// Whom the licence of that file wants named where its places are shown.
    pub places_credit: String,
    /// Another shop, served elsewhere, to which every page has a switch.
    pub neighbour: Option<Neighbour>,
}

/// Another shop, served elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its name.
    pub name: String,
    /// Where it is served: `http://127.0.0.1:7778/`.
    pub address: String,
}

impl WebOptions {
    /// The same, found by the outside world at this address too.
    #[must_use]
    pub fn served_at(mut self, public: &PublicAddress) -> Self {
        self.hosts.push(public.host.clone());
        self.address.clone_from(&public.text);
        self.is_secure = public.is_secure;
        self
    }
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            asks_max: 16,
            requests_max: 512,
            body_bytes_max: 1 << 20,
            request_timeout: Duration::from_secs(30),
            door: DoorOptions::default(),
            hosts: ["localhost", "127.0.0.1", "[::1]"]
                .map(str::to_owned)
                .to_vec(),
            address: String::new(),
            is_secure: false,
            is_open: false,
            has_mail: false,
            proxies: Vec::new(),
            read_messages: None,
            places: None,
            places_credit: String::new(),
            neighbour: None,
        }
    }
}

/// Serves pages and API until `shutdown` is done and the requests on their way are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    options: WebOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (door, patience) = (options.door.clone(), options.request_timeout);
    door::serve(listener, router(app, options), &door, patience, shutdown).await
}

/// Serves the figures by which a node is watched, on a listener of their own, until `shutdown`.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let options = WebOptions::default();
    let (door, patience) = (options.door.clone(), options.request_timeout);
    let router = watch::router(app, options);
    door::serve(listener, router, &door, patience, shutdown).await
}
