//! What every handler shares, and the one way in which it asks a use case.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::{App, AppError};
use tokio::sync::Semaphore;

use crate::WebOptions;
use crate::collect::{Debugger, Pace};
use crate::door::Arrivals;
use crate::errors::Refusal;

/// The shop and the limits of this server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) options: Arc<WebOptions>,
    pub(crate) seats: Arc<Semaphore>,
    pub(crate) debugger: Arc<Debugger>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) arrivals: Arc<Arrivals>,
    asks: Arc<Semaphore>,
    forms: Arc<AtomicU64>,
    requests: Arc<AtomicU64>,
    started_ms: i64,
}

impl Shared {
    pub(crate) fn new(app: App, options: WebOptions) -> Self {
        Self {
            started_ms: app.now().0,
            requests: Arc::new(AtomicU64::new(1)),
            app,
            seats: Arc::new(Semaphore::new(options.requests_max)),
            debugger: Arc::default(),
            pace: Arc::default(),
            arrivals: Arc::new(Arrivals::new(&options.door, options.body_bytes_max)),
            asks: Arc::new(Semaphore::new(options.asks_max)),
            forms: Arc::new(AtomicU64::new(0)),
            options: Arc::new(options),
        }
    }

    /// Asks for nobody in particular: whether a node lives, or who somebody is.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let app = self.app.clone();
        self.run(move || task(&app)).await
    }

    /// Runs a use case on a thread that may block. The seat is kept until the use case is done,
    /// even if nobody waits for its answer any more.
    pub(crate) async fn run<T: Send + 'static, E: Into<Refusal> + Send + 'static>(
        &self,
        task: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Refusal> {
        let seat = Arc::clone(&self.asks).acquire_owned().await;
        let seat = seat.map_err(|_| Refusal::Busy)?;
        // What the use case logs belongs to the request, too.
        let span = tracing::Span::current();
        let asked = tokio::task::spawn_blocking(move || {
            let answer = span.in_scope(task);
            drop(seat);
            answer
        });
        match asked.await {
            Ok(answer) => answer.map_err(Into::into),
            Err(_) => Err(Refusal::Crashed),
        }
    }

    /// A number for a request, which no other request to this server has.
    pub(crate) fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number}", self.started_ms)
    }

    /// A request id for a form, so that sending the form twice has one effect.
    pub(crate) fn form_id(&self) -> String {
        let number = self.forms.fetch_add(1, Ordering::Relaxed);
        format!("page-{}-{}-{number}", std::process::id(), self.app.now().0)
    }
}
