//! A figure, and how it is told: a table for people, one JSON object a line for programs.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::Failure;

/// What a figure has to reach.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
    /// Nothing: it only says where the time goes.
    None,
}

/// One measured number.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// How many were measured.
    pub(crate) n: u64,
    /// How many it takes for the figure to count.
    pub(crate) n_fixed: u64,
    pub(crate) target: Target,
    /// What it stands beside, and that one's value.
    pub(crate) peer: Option<(&'static str, f64)>,
    pub(crate) engine: &'static str,
    pub(crate) sync: &'static str,
    /// Half of the fsyncs beside this run took less, in microseconds.
    pub(crate) fsync_p50_us: u64,
}

impl Figure {
    fn target(&self) -> Option<f64> {
        match self.target {
            Target::AtLeast(target) | Target::AtMost(target) => Some(target),
            Target::None => None,
        }
    }

    /// None when there is no target, or the run was too small to say.
    fn met(&self) -> Option<bool> {
        if self.n < self.n_fixed {
            return None;
        }
        match self.target {
            Target::AtLeast(target) => Some(self.value >= target),
            Target::AtMost(target) => Some(self.value <= target),
            Target::None => None,
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": (self.value * 10.0).round() / 10.0,
            "unit": self.unit,
            "n": self.n,
            "target": self.target(),
            "met": self.met(),
            "peer": self.peer.map(|(name, _)| name),
            "ratio": self.peer.map(|(_, value)| (self.value / value * 100.0).round() / 100.0),
            "engine": self.engine,
            "sync": self.sync,
            "fsync_p50_us": self.fsync_p50_us,
        })
    }

    fn row(&self) -> String {
        let target = self.target().map_or(String::new(), |it| format!("{it:.0}"));
        let met = match self.met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        format!(
            "{:<32} {:>12.1} {:<12} {:>8} {:<7} n {:<8} {:<8} fsync {} us",
            self.name, self.value, self.unit, target, met, self.n, self.engine, self.fsync_p50_us
        )
    }
}

/// Where figures go as they are taken.
pub(crate) struct Report {
    file: Option<File>,
    rows: Vec<String>,
}

impl Report {
    pub(crate) fn new(json: Option<PathBuf>, scale_percent: u64) -> Result<Self, Failure> {
        if scale_percent < 100 {
            println!("at {scale_percent} % of the fixed sizes nothing counts as met");
        }
        Ok(Self {
            file: json.map(File::create).transpose()?,
            rows: Vec::new(),
        })
    }

    pub(crate) fn add(&mut self, figure: Figure) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            writeln!(file, "{}", figure.json())?;
        }
        let row = figure.row();
        println!("{row}");
        self.rows.push(row);
        Ok(())
    }

    /// All rows once more, together.
    pub(crate) fn close(self) {
        println!();
        for row in self.rows {
            println!("{row}");
        }
    }
}
