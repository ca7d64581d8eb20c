//! The front door: who may come in, how long somebody may stand in it, and who is sent away when
//! the house is full.
//!
//! A connection is a place. Whoever has one and asks for nothing may be sent away for somebody who
//! comes, the one first who has stood longest: a crowd that only stands there keeps nobody out.
//! The same holds for bodies that are on their way (`arrival`).

mod arrival;
mod line;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

pub(crate) use arrival::{Arrivals, Load, bring_in};
use line::{Line, Turn};

/// The longest line and headers of a request together; more is answered 431. It is also what is
/// read of a connection at once, so it bounds what a crowd of connections can hold.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// So long it takes at most until whoever was sent away has given back what they held.
const BREATH: Duration = Duration::from_millis(50);

/// What the front door allows.
#[derive(Debug, Clone)]
pub struct DoorOptions {
    /// The most connections at once; above it the one is closed that has asked for nothing
    /// longest.
    pub connections_max: usize,
    /// A connection whose next request has not come by then, line and headers, is closed.
    pub head_timeout: Duration,
    /// A body of which nothing comes for so long is answered with 408.
    pub pause_max: Duration,
    /// A body that is not there after so long is answered with 408, however steadily it drips.
    pub body_timeout: Duration,
    /// Bytes of bodies that are on their way; above it the one is sent away that has taken longest.
    pub arriving_bytes_max: usize,
    /// Bytes of bodies that are there, as they are unpacked, until they are answered; above it the
    /// sender is asked to come again.
    pub held_bytes_max: usize,
}

impl Default for DoorOptions {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head_timeout: Duration::from_secs(30),
            pause_max: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            arriving_bytes_max: 32 << 20,
            held_bytes_max: 48 << 20,
        }
    }
}

/// Serves until `shutdown` is done and the requests on their way are answered, for which they have
/// so much time.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    options: &DoorOptions,
    patience: Duration,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(options.connections_max));
    let line = Arc::new(Line::default());
    let (stop, stopping) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    let let_in = async {
        loop {
            // One place is always free for whoever comes next.
            let place = free_place(&places, &line).await?;
            let (stream, peer) = accept(&listener, &line).await;
            let guest = Guest {
                standing: Standing::new(&line),
                head_timeout: options.head_timeout,
                stopping: stopping.clone(),
                place,
            };
            tokio::spawn(guest.serve(stream, peer, router.clone()));
        }
    };
    tokio::select! {
        biased;
        () = &mut shutdown => {}
        outcome = let_in => return outcome,
    }
    drop((listener, stop));
    let all = u32::try_from(options.connections_max).unwrap_or(u32::MAX);
    let gone = tokio::time::timeout(patience, places.acquire_many(all)).await;
    if gone.is_err() {
        while line.send_away_longest() {}
    }
    Ok(())
}

async fn free_place(places: &Arc<Semaphore>, line: &Line) -> io::Result<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Ok(place);
    }
    line.send_away_one();
    let place = Arc::clone(places).acquire_owned().await;
    place.map_err(io::Error::other)
}

/// The next who comes. That one of them went again is no failure of the door, and where the system
/// has no more files, one who asks for nothing gives theirs.
async fn accept(listener: &TcpListener, line: &Line) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(found) => return found,
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "nobody can be let in");
                line.send_away_longest();
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    let kinds = [
        Kind::ConnectionAborted,
        Kind::ConnectionRefused,
        Kind::ConnectionReset,
    ];
    kinds.contains(&error.kind())
}

/// One connection.
struct Guest {
    standing: Arc<Standing>,
    head_timeout: Duration,
    stopping: watch::Receiver<()>,
    /// Given back when the connection is gone.
    place: OwnedSemaphorePermit,
}

impl Guest {
    /// Answers its requests until it is closed, sent away, or the server stops.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, router: Router) {
        let Self {
            standing,
            head_timeout,
            mut stopping,
            place,
        } = self;
        // An answer is written whole; the kernel need not wait for more.
        let _ = stream.set_nodelay(true);
        let leave = Arc::clone(&standing.leave);
        let service = service(router, peer, standing);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_timeout)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let mut is_stopping = false;
        loop {
            tokio::select! {
                biased;
                () = leave.notified() => break,
                outcome = connection.as_mut() => {
                    if let Err(error) = outcome {
                        tracing::debug!(%error, "a connection ended");
                    }
                    break;
                }
                _ = stopping.changed(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
        drop(place);
    }
}

/// Whether a connection asks for something now.
struct Standing {
    line: Arc<Line>,
    leave: Arc<Notify>,
    turn: Mutex<Option<Turn>>,
}

impl Standing {
    fn new(line: &Arc<Line>) -> Arc<Self> {
        let leave = Arc::new(Notify::new());
        let turn = Mutex::new(Some(line.stand(&leave)));
        let line = Arc::clone(line);
        Arc::new(Self { line, leave, turn })
    }

    fn set(&self, turn: Option<Turn>) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
    }

    fn asks(&self) {
        self.set(None);
    }

    /// The connection stays for the next request, unless somebody waits for its place: then the
    /// answer is the last, and says so.
    fn is_answered(&self, answer: &mut Response) {
        if self.line.is_awaited() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        } else {
            self.set(Some(self.line.stand(&self.leave)));
        }
    }
}

fn service(
    router: Router,
    peer: SocketAddr,
    standing: Arc<Standing>,
) -> impl Service<
    Request<Incoming>,
    Response = Response,
    Error = Infallible,
    Future = impl Future<Output = Result<Response, Infallible>> + Send,
> {
    let inside = TowerToHyperService::new(router);
    service_fn(move |mut request: Request<Incoming>| {
        standing.asks();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = inside.call(request);
        let standing = Arc::clone(&standing);
        async move {
            let mut answer = answer.await?;
            standing.is_answered(&mut answer);
            Ok(answer)
        }
    })
}
