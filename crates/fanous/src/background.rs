//! The thread behind a server: due times, inbox, followers, pruning.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use app::App;

/// How long nothing waits before the next look.
const PAUSE: Duration = Duration::from_millis(250);
/// After a fault the next look is later, so that a log is not filled.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(5);
/// Old keys are pruned after so many looks: about an hour.
const LOOKS_PER_PRUNING: u32 = 14_400;

/// Works until it is dropped.
pub(crate) struct Background {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts the thread.
    pub(crate) fn start(app: App) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || {
                let mut looks = 0_u32;
                let mut pause = PAUSE;
                while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    looks = looks.wrapping_add(1);
                    let outcome = app.settle().and_then(|()| {
                        if looks % LOOKS_PER_PRUNING == 1 {
                            app.prune()
                        } else {
                            Ok(())
                        }
                    });
                    pause = if outcome.is_ok() {
                        PAUSE
                    } else {
                        PAUSE_AFTER_FAULT
                    };
                    if let Err(error) = outcome {
                        tracing::warn!(%error, "background work will be tried again");
                    }
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // The thread may have ended already; then there is nobody to tell.
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the background thread panicked");
        }
    }
}
