//! The threads behind a server: due times, inbox and followers; the population; chores of the
//! hour. They wait for nobody and nobody waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use app::{App, AppError};
use connectors::mail::Mailer;

use crate::letters;

/// How long nothing waits before the next look.
const PAUSE: Duration = Duration::from_millis(250);
/// How long whoever waits for a letter waits at least.
const LETTERS_PAUSE: Duration = Duration::from_secs(2);
/// After a fault the next look is later, so that a log is not filled.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(5);
/// Old keys are pruned, and states of another fold looked for, so often.
const CHORES_PAUSE: Duration = Duration::from_secs(3_600);

/// Works until it is dropped.
pub(crate) struct Background {
    stop: Arc<AtomicBool>,
    workers: Vec<Worker>,
}

/// One thread, and what wakes it to end.
struct Worker {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Background {
    /// Starts the threads.
    pub(crate) fn start(app: App, mailer: Option<Mailer>) -> std::io::Result<Self> {
        let mut background = Self {
            stop: Arc::default(),
            workers: Vec::new(),
        };
        let settling = app.clone();
        background.add("background", PAUSE, move |_| settling.settle())?;
        let following = app.clone();
        background.add("population", PAUSE, move |stop| {
            following.follow_population(stop)?;
            following.publish_thresholds().map(drop)
        })?;
        if let Some(mailer) = mailer {
            let sending = app.clone();
            background.add("letters", LETTERS_PAUSE, move |_| {
                letters::send_due(&sending, &mailer).map(drop)
            })?;
        }
        background.add("chores", CHORES_PAUSE, move |stop| {
            app.refold_stale(stop)?;
            app.people_prune()?;
            app.audit_anchor()?;
            app.prune()
        })?;
        Ok(background)
    }

    /// Starts a thread that works at once, and again after each pause.
    fn add(
        &mut self,
        name: &'static str,
        pause: Duration,
        work: impl Fn(&AtomicBool) -> Result<(), AppError> + Send + 'static,
    ) -> std::io::Result<()> {
        let (end, ended) = mpsc::channel();
        let stop = Arc::clone(&self.stop);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                loop {
                    let outcome = work(&stop);
                    let is_stopped = stop.load(Ordering::Relaxed);
                    let pause = match outcome {
                        Err(error) if !is_stopped => {
                            tracing::warn!(name, %error, "this will be tried again");
                            PAUSE_AFTER_FAULT
                        }
                        _ => pause,
                    };
                    if is_stopped || ended.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                }
            })?;
        self.workers.push(Worker { end, thread });
        Ok(())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for worker in &self.workers {
            // The thread may have ended already; then there is nobody to tell.
            let _ = worker.end.send(());
        }
        for worker in self.workers.drain(..) {
            if worker.thread.join().is_err() {
                tracing::error!("a thread behind the server panicked");
            }
        }
    }
}
