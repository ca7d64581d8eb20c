//! Where a command speaks: the terminal it was given in, or the other end of the local socket.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// What a command says.
pub(crate) trait Listener {
    /// A line of the answer, for standard output.
    fn line(&mut self, text: &str);
    /// How far long work has come, in one short line.
    fn progress(&mut self, text: &str);
}

/// Where a command speaks, and whether it answers in JSON.
pub(crate) struct Terminal {
    listener: Box<dyn Listener>,
    json: bool,
}

impl Terminal {
    /// The terminal in which the program was started.
    pub(crate) fn standard(json: bool) -> Self {
        Self::new(Box::new(Standard { bar: None }), json)
    }

    /// Somebody else who listens.
    pub(crate) fn new(listener: Box<dyn Listener>, json: bool) -> Self {
        Self { listener, json }
    }

    /// Ends with a sentence for people, or one line of JSON for scripts.
    pub(crate) fn answer(&mut self, sentence: &str, json: &serde_json::Value) {
        if self.json {
            self.listener.line(&json.to_string());
        } else {
            self.listener.line(sentence);
        }
    }

    /// Whole lines, whatever form was asked for.
    pub(crate) fn text(&mut self, text: &str) {
        self.listener.line(text);
    }

    /// How far long work has come.
    pub(crate) fn progress(&mut self, text: &str) {
        self.listener.progress(text);
    }
}

struct Standard {
    bar: Option<ProgressBar>,
}

impl Listener for Standard {
    fn line(&mut self, text: &str) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        // A reader that went away (a closed pipe) does not undo what was done.
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    fn progress(&mut self, text: &str) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::default_spinner());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(text.to_owned());
    }
}
