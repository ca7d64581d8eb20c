//! What an import came to, or would come to: in sentences and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use app::history::Imported;
use connectors::history::{Kind, Platform, Summary, Totals, Use};
use domain::money::Currency;
use domain::time::Millis;
use serde::Serialize;
use serde_json::{Value, json};

use super::Waiting;

/// What an import came to.
pub(super) struct Report {
    is_dry_run: bool,
    pub(super) files: Vec<FileReport>,
}

/// What one file came to. In files of orders and refunds the counts are of lines, and `read` is
/// the sum of the other three; in others `accepted` and `duplicate` count documents, because one
/// line about a customer may be two.
pub(super) struct FileReport {
    path: PathBuf,
    kind: Kind,
    platform: Option<Platform>,
    columns: Vec<(String, Use)>,
    summary: Summary,
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    orders: u64,
    reasons: Vec<Refused>,
    rejects: Option<PathBuf>,
}

/// Lines that were rejected for one reason.
#[derive(Debug, Serialize)]
struct Refused {
    reason: &'static str,
    lines: u64,
    what_to_do: &'static str,
    /// The first of them.
    examples: Vec<String>,
}

impl Report {
    pub(super) const fn new(is_dry_run: bool) -> Self {
        Self {
            is_dry_run,
            files: Vec::new(),
        }
    }

    pub(super) fn json(&self) -> Value {
        let sum = |number: fn(&FileReport) -> u64| self.files.iter().map(number).sum::<u64>();
        let files: Vec<Value> = self.files.iter().map(|file| file.json(self)).collect();
        let mut report = json!({
            "read": sum(|file| file.summary.lines_read),
            "accepted": sum(|file| file.accepted),
            "duplicate": sum(|file| file.duplicate),
            "rejected": sum(|file| file.rejected),
            // One person may stand in several files: as many as the file that names most.
            "customers": self.files.iter().map(|file| file.summary.customers).max().unwrap_or(0),
            "orders": sum(|file| file.orders),
            "files": files,
        });
        if self.is_dry_run {
            report["dry_run"] = Value::Bool(true);
        }
        report
    }

    pub(super) fn sentences(&self) -> String {
        let mut text = String::new();
        for file in &self.files {
            // Writing into a text cannot fail.
            let _ = match self.is_dry_run {
                true => file.plan(&mut text),
                false => file.outcome(self.files.len() > 1, &mut text),
            };
        }
        if self.is_dry_run {
            text.push_str("Nothing was brought in: this was a dry run.");
        }
        text.trim_end().to_owned()
    }
}

impl FileReport {
    /// Of a file that was written, or (`imported` is silent) only read.
    pub(super) fn of(file: &Waiting, imported: Option<&Imported>) -> Self {
        let (sorted, rejections) = (&file.sorted, &file.rejections);
        let summary = sorted.summary().clone();
        let kind = sorted.mapping().kind;
        let lines_rejected: u64 = summary.lines_rejected.values().sum();
        let (accepted, duplicate, refused) = match imported {
            None => (summary.lines_accepted, 0, 0),
            Some(it) => counted(kind, it),
        };
        let refused_for = |(reason, lines): (&connectors::history::Reason, &u64)| Refused {
            reason: reason.word(),
            lines: *lines,
            what_to_do: reason.sentence(),
            examples: rejections.examples.get(reason).cloned().unwrap_or_default(),
        };
        Self {
            path: file.path.clone(),
            kind,
            platform: sorted.mapping().platform,
            columns: sorted.columns().to_vec(),
            accepted,
            duplicate,
            rejected: lines_rejected + refused,
            orders: imported.map_or(summary.orders, |it| it.orders),
            reasons: summary.lines_rejected.iter().map(refused_for).collect(),
            rejects: rejections.path.clone(),
            summary,
        }
    }

    fn what(&self) -> String {
        let platform = self.platform.map(Platform::title);
        platform.map_or_else(|| self.kind.word().to_owned(), str::to_owned)
    }

    fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// What was found in it, but for zeros.
    fn found(&self) -> Vec<(&'static str, u64)> {
        let summary = &self.summary;
        let all = [
            ("customers", summary.customers),
            ("orders", self.orders),
            ("refunds", summary.refunds),
            ("orders without a customer", summary.anonymous_orders),
            ("products", summary.products),
            ("descriptions of customers", summary.descriptions),
            ("reviews", summary.reviews),
            ("deliveries", summary.deliveries),
            ("consents", summary.consents),
            ("of these by their order's number alone", summary.news),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    fn found_sentence(&self) -> String {
        let found: Vec<String> = self
            .found()
            .into_iter()
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        match found.is_empty() {
            true => "nothing in it".to_owned(),
            false => found.join(", "),
        }
    }

    /// What was done, in a sentence.
    fn outcome(&self, is_named: bool, text: &mut String) -> std::fmt::Result {
        if is_named {
            write!(text, "{} ({}): ", self.name(), self.what())?;
        }
        writeln!(
            text,
            "{} lines read: {} accepted, {} were there before, {} rejected; {}.",
            self.summary.lines_read,
            self.accepted,
            self.duplicate,
            self.rejected,
            self.found_sentence()
        )?;
        if let Some(path) = &self.rejects {
            writeln!(
                text,
                "Rejected lines with their reasons: {}",
                path.display()
            )?;
        }
        Ok(())
    }

    /// What would be done, in full.
    fn plan(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{} would be read as {}.", self.name(), self.what())?;
        for (column, is) in &self.columns {
            let is = match is {
                Use::Field(field) => (*field).to_owned(),
                Use::Platform => "read by the platform's rules".to_owned(),
                Use::Trait => "kept as personal data".to_owned(),
                Use::LeftOut => "left out".to_owned(),
            };
            writeln!(text, "  {column:<24} {is}")?;
        }
        writeln!(
            text,
            "{} lines: {} would come in, {} are rejected; {}.",
            self.summary.lines_read,
            self.accepted,
            self.rejected,
            self.found_sentence()
        )?;
        for refused in &self.reasons {
            writeln!(text, "  {} lines: {}", refused.lines, refused.what_to_do)?;
            for example in &refused.examples {
                writeln!(text, "    {example}")?;
            }
        }
        if let (Some(first), Some(last)) = (self.summary.earliest, self.summary.latest) {
            writeln!(text, "From {first} to {last}.")?;
        }
        for (currency, totals) in &self.summary.totals {
            let amount = |minor| decimal(*currency, minor);
            writeln!(
                text,
                "{currency}: gross {}, refunds {}; without a customer {}, refunds {}; \
                 corrections {}.",
                amount(totals.gross),
                amount(totals.refunds),
                amount(totals.anonymous_gross),
                amount(totals.anonymous_refunds),
                amount(totals.adjustments)
            )?;
        }
        text.push('\n');
        Ok(())
    }

    fn json(&self, report: &Report) -> Value {
        let mut json = json!({
            "file": self.name(),
            "kind": self.kind,
            "read": self.summary.lines_read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
            "reasons": self.reasons,
            "customers": self.summary.customers,
            "orders": self.orders,
            "refunds": self.summary.refunds,
            "anonymous_orders": self.summary.anonymous_orders,
            "products": self.summary.products,
            "descriptions": self.summary.descriptions,
            "reviews": self.summary.reviews,
            "deliveries": self.summary.deliveries,
            "consents": self.summary.consents,
            "news": self.summary.news,
        });
        if let Some(platform) = self.platform {
            json["platform"] = json!(platform);
        }
        if report.is_dry_run {
            let is = |is: &Use| match is {
                Use::Field(field) => (*field).to_owned(),
                Use::Platform => "platform".to_owned(),
                Use::Trait => "trait".to_owned(),
                Use::LeftOut => "left_out".to_owned(),
            };
            let column = |(name, used): &(String, Use)| json!({ "column": name, "is": is(used) });
            json["columns"] = self.columns.iter().map(column).collect();
            json["earliest"] = json!(self.summary.earliest.map(|at: Millis| at.to_string()));
            json["latest"] = json!(self.summary.latest.map(|at: Millis| at.to_string()));
            json["totals"] = totals_json(&self.summary.totals);
        }
        json
    }
}

/// Accepted, known before, and refused by the shop: of lines where lines are what counts.
fn counted(kind: Kind, imported: &Imported) -> (u64, u64, u64) {
    match kind {
        Kind::Orders | Kind::Refunds => {
            let known = imported.duplicate_lines + imported.refused_lines;
            (
                imported.lines.saturating_sub(known),
                imported.duplicate_lines,
                imported.refused_lines,
            )
        }
        Kind::Products => (imported.products, imported.products_known, 0),
        _ => (imported.accepted, imported.duplicate, imported.refused),
    }
}

fn decimal(currency: Currency, minor: i128) -> String {
    let minor = i64::try_from(minor).unwrap_or(if minor < 0 { i64::MIN } else { i64::MAX });
    currency.decimal(minor).to_string()
}

/// Sums in minor units by currency.
fn totals_json(totals: &BTreeMap<Currency, Totals>) -> Value {
    let one = |(currency, totals): (&Currency, &Totals)| {
        let minor = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        let sums = json!({
            "gross": minor(totals.gross),
            "refunds": minor(totals.refunds),
            "anonymous_gross": minor(totals.anonymous_gross),
            "anonymous_refunds": minor(totals.anonymous_refunds),
            "adjustments": minor(totals.adjustments),
        });
        (currency.code().to_owned(), sums)
    };
    Value::Object(totals.iter().map(one).collect())
}
