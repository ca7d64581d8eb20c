//! Lines that cannot be taken: written down beside the file, the first ones remembered.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use connectors::history::{Reason, Rejected};

use super::arguments::ImportArguments;
use crate::commands::Failure;

/// How many lines of each reason are remembered.
const EXAMPLES_MAX: usize = 3;

/// The file of rejected lines; it comes into being with the first of them.
pub(super) struct Rejects {
    /// Nowhere, in a dry run.
    path: Option<PathBuf>,
    file: Option<BufWriter<File>>,
    examples: BTreeMap<Reason, Vec<String>>,
}

/// What became of them.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    /// Where they were written, if there are any.
    pub(super) path: Option<PathBuf>,
    /// The first lines of each reason, as sentences.
    pub(super) examples: BTreeMap<Reason, Vec<String>>,
}

impl Rejects {
    pub(super) fn new(arguments: &ImportArguments, file: &Path) -> Self {
        let beside = || {
            let mut name = file.file_name().unwrap_or_default().to_owned();
            name.push(".rejected.csv");
            file.with_file_name(name)
        };
        let path = arguments.rejects.clone().unwrap_or_else(beside);
        Self {
            path: (!arguments.dry_run).then_some(path),
            file: None,
            examples: BTreeMap::new(),
        }
    }

    pub(super) fn write(&mut self, line: Rejected<'_>) -> io::Result<()> {
        let examples = self.examples.entry(line.reason).or_default();
        if examples.len() < EXAMPLES_MAX {
            let detail = match line.detail {
                "" => String::new(),
                detail => format!(": {detail}"),
            };
            examples.push(format!("line {}{detail}", line.line));
        }
        let Some(path) = &self.path else {
            return Ok(());
        };
        if self.file.is_none() {
            let mut file = BufWriter::new(File::create(path)?);
            file.write_all(b"line,reason,detail,what to do,as it stands\n")?;
            self.file = Some(file);
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let raw = String::from_utf8_lossy(line.raw);
        let cells = [line.detail, line.reason.sentence(), raw.trim_end()].map(quoted);
        let [detail, sentence, raw] = cells;
        writeln!(
            file,
            "{},{},{detail},{sentence},{raw}",
            line.line,
            line.reason.word()
        )
    }

    pub(super) fn close(self) -> Result<Rejections, Failure> {
        let path = match self.file {
            None => None,
            Some(mut file) => {
                file.flush().map_err(Failure::failed)?;
                self.path
            }
        };
        Ok(Rejections {
            path,
            examples: self.examples,
        })
    }
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}
