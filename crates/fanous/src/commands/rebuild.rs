//! `fanous rebuild`: every state anew from the log.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use app::App;
use app::customers::RebuildProgress;

use super::Failure;
use crate::terminal::Terminal;

pub(super) fn run(app: &App, terminal: &mut Terminal, stop: &AtomicBool) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::channel::<RebuildProgress>();
    let rebuilt = std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            app.rebuild(stop, &|progress| {
                // Progress that nobody hears is no reason to stop.
                let _ = sender.send(progress);
            })
        });
        for progress in receiver {
            terminal.progress(&format!(
                "{} of {} customers, {} facts folded",
                progress.customers, progress.customers_total, progress.facts
            ));
        }
        work.join()
    });
    let rebuilt =
        rebuilt.map_err(|_| Failure::failed("the refold panicked; nothing is lost"))??;
    app.settle()?;
    let sentence = format!(
        "{} customers folded from {} facts; {} states changed, {} were busy.",
        rebuilt.customers, rebuilt.facts, rebuilt.changed, rebuilt.busy
    );
    terminal.answer(
        &sentence,
        &serde_json::to_value(rebuilt).map_err(Failure::failed)?,
    );
    Ok(())
}
