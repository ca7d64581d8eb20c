//! The configuration: a file, over it the environment, over that the command line.
//!
//! A setting is an argument of the command line that can also stand in the environment; there is
//! no other list of them. What the file says becomes the default of the argument, so that clap
//! itself sees to the order and to what a value may be.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Subcommand};
use serde_json::json;
use toml::{Table, Value};

use crate::commands::Failure;
use crate::open::without_password;
use crate::terminal::Terminal;

/// Read when there is one and no other is named.
const FILE: &str = "/etc/fanous/fanous.toml";
/// The commands that serve: what they are told can stand in the file too.
const SERVING: [&str; 2] = ["serve", "demo"];
/// The longest configuration file that is read.
const BYTES_MAX: u64 = 1 << 20;

/// Where the configuration is.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConfigOptions {
    /// The configuration file, in TOML. [default: /etc/fanous/fanous.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "FANOUS_CONFIG")]
    // An empty variable means none at all, and a path may not be empty.
    config: Option<OsString>,
}

/// What to do with the configuration.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigAction {
    /// Explain every setting: its value, where that came from, and what it does.
    Check,
}

/// What the file says, by the setting's name; values as the command line would have them.
#[derive(Debug, Default)]
pub(crate) struct Config {
    file: Option<PathBuf>,
    told: BTreeMap<String, String>,
}

/// A setting, and whether only the commands that serve take it.
struct Setting<'c> {
    argument: &'c Arg,
    serving: bool,
}

impl Setting<'_> {
    fn key(&self) -> String {
        key(self.argument)
    }

    fn is_flag(&self) -> bool {
        matches!(self.argument.get_action(), ArgAction::SetTrue)
    }

    fn default(&self) -> Option<String> {
        if self.is_flag() {
            return Some(false.to_string());
        }
        let default = self.argument.get_default_values().first();
        default.map(|value| value.to_string_lossy().into_owned())
    }

    /// The value that the file gives, as the command line would have it.
    fn read(&self, value: &Value) -> Result<String, String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(is_so) => is_so.to_string(),
            other => return Err(format!("it cannot be a {}", other.type_str())),
        };
        if self.is_flag() {
            return match value {
                Value::Boolean(_) => Ok(text),
                _ => Err("it is true or false, without quotes".to_owned()),
            };
        }
        // The argument alone, so that clap says what is wrong with its value.
        let name = self.argument.get_long().unwrap_or_default();
        let alone = Command::new("fanous")
            .no_binary_name(true)
            .arg(self.argument.clone().global(false));
        match alone.try_get_matches_from([format!("--{name}={text}")]) {
            Ok(_) => Ok(text),
            Err(error) => {
                let said = error.to_string();
                let first = said.lines().next().unwrap_or_default();
                Err(first.trim_start_matches("error: ").to_owned())
            }
        }
    }
}

fn key(argument: &Arg) -> String {
    argument.get_long().unwrap_or_default().replace('-', "_")
}

fn settings(command: &Command) -> Vec<Setting<'_>> {
    let mut all = settings_of(command, false);
    if let Some(serving) = command.find_subcommand(SERVING[0]) {
        all.extend(settings_of(serving, true));
    }
    all
}

fn settings_of(command: &Command, serving: bool) -> Vec<Setting<'_>> {
    let is_setting =
        |it: &&Arg| it.get_env().is_some() && it.get_long().is_some() && key(it) != "config";
    let arguments = command.get_arguments().filter(is_setting);
    arguments
        .map(|argument| Setting { argument, serving })
        .collect()
}

/// Reads the configuration file, if there is one, and puts what it says under everything else.
pub(crate) fn apply(command: Command) -> Result<(Command, Config), Failure> {
    let Some(file) = named(&command)? else {
        return Ok((command, Config::default()));
    };
    let table = read(&file)?;
    let mut told = BTreeMap::new();
    for (name, value) in &table {
        let wrong = |what: String| Failure::wrong_use(format!("{}: {what}", file.display()));
        let settings = settings(&command);
        let Some(setting) = settings.iter().find(|it| it.key() == *name) else {
            let known: Vec<String> = settings.iter().map(Setting::key).collect();
            return Err(wrong(format!(
                "there is no setting “{name}”; did you mean “{}”?",
                nearest(name, &known)
            )));
        };
        let value = setting.read(value);
        told.insert(
            name.clone(),
            value.map_err(|what| wrong(format!("{name}: {what}")))?,
        );
    }
    let command = under(command, &told);
    let file = Some(file);
    Ok((command, Config { file, told }))
}

/// The file that is named, or the usual one if it is there.
fn named(command: &Command) -> Result<Option<PathBuf>, Failure> {
    let first_look = command.clone().ignore_errors(true).try_get_matches();
    let named = first_look
        .ok()
        .and_then(|it| it.get_one::<OsString>("config").cloned())
        .map(|file| Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty()));
    Ok(named.unwrap_or_else(|| Some(PathBuf::from(FILE)).filter(|file| file.is_file())))
}

fn read(file: &Path) -> Result<Table, Failure> {
    let wrong = |what: &dyn std::fmt::Display| {
        Failure::wrong_use(format!("the configuration file {}: {what}", file.display()))
    };
    let length = std::fs::metadata(file)
        .map_err(|error| wrong(&error))?
        .len();
    if length > BYTES_MAX {
        return Err(wrong(&"it is far too long"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    text.parse().map_err(|error: toml::de::Error| {
        // The line itself is not shown: it may hold a password.
        let before = error
            .span()
            .map_or("", |span| text.get(..span.start).unwrap_or(&text));
        let line = before.matches('\n').count() + 1;
        wrong(&format!("line {line}: {}", error.message()))
    })
}

/// Makes what the file says the default of each argument.
fn under(command: Command, told: &BTreeMap<String, String>) -> Command {
    let mut changes: Vec<(String, bool, &'static str)> = Vec::new();
    for setting in settings(&command) {
        if let Some(value) = told.get(&setting.key()) {
            // Once for a process: clap keeps defaults for as long as it lives.
            let value = Box::leak(value.clone().into_boxed_str());
            changes.push((
                setting.argument.get_id().to_string(),
                setting.serving,
                value,
            ));
        }
    }
    changes
        .into_iter()
        .fold(command, |command, (id, serving, value)| {
            // An address in the help would show its password.
            let change = move |it: Arg| {
                let is_hidden = it.get_action().takes_values();
                it.default_value(value).hide_default_value(is_hidden)
            };
            if !serving {
                return command.mut_arg(id, change);
            }
            SERVING.into_iter().fold(command, |command, name| {
                command.mut_subcommand(name, |it| it.mut_arg(&id, change))
            })
        })
}

/// Explains every setting.
pub(crate) fn check(
    command: &Command,
    matches: &ArgMatches,
    config: &Config,
    terminal: &mut Terminal,
) {
    let file = match &config.file {
        Some(file) => format!("The configuration file is {}.", file.display()),
        None => format!("There is no configuration file; {FILE} would be read."),
    };
    let (mut lines, mut explained) = (vec![file], Vec::new());
    for setting in settings(command) {
        let (value, from) = value(&setting, matches, config);
        let value = value.map(|value| without_password(&value));
        let (key, argument) = (setting.key(), setting.argument);
        let help = argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let default = setting.default();
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
        let environment = argument
            .get_env()
            .map(|it| it.to_string_lossy().into_owned());
        let environment = environment.unwrap_or_default();
        let flag = format!("--{}", argument.get_long().unwrap_or_default());
        lines.push(format!(
            "\n{key} = {}   ({from})\n    {help}\n    \
             default: {}, environment: {environment}, flag: {flag}",
            shown(&value),
            shown(&default),
        ));
        explained.push(json!({
            "key": key, "value": value, "from": from, "does": help, "default": default,
            "environment": environment, "flag": flag,
        }));
    }
    let answer = json!({ "file": config.file, "settings": explained });
    terminal.answer(&lines.join("\n"), &answer);
}

/// The value of a setting and where it came from.
fn value(
    setting: &Setting<'_>,
    matches: &ArgMatches,
    config: &Config,
) -> (Option<String>, &'static str) {
    let told = config.told.get(&setting.key()).cloned();
    let below = match told {
        Some(value) => (Some(value), "file"),
        None => (setting.default(), "default"),
    };
    if setting.serving {
        // Only the commands that serve take it, so there is no flag here.
        let variable = setting.argument.get_env().and_then(std::env::var_os);
        return match variable {
            Some(value) => (Some(value.to_string_lossy().into_owned()), "environment"),
            None => below,
        };
    }
    let id = setting.argument.get_id().as_str();
    let from = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => "command line",
        Some(ValueSource::EnvVariable) => "environment",
        _ => return below,
    };
    let value = match setting.is_flag() {
        true => Some(matches.get_flag(id).to_string()),
        false => matches
            .get_raw(id)
            .and_then(|mut it| it.next().map(|it| it.to_string_lossy().into_owned())),
    };
    (value, from)
}

/// The known name that is nearest to one that is not known.
fn nearest<'k>(name: &str, known: &'k [String]) -> &'k str {
    let distance = |it: &&String| edits(name, it);
    known.iter().min_by_key(distance).map_or("", String::as_str)
}

/// How many letters have to be changed, added or left out to make one word the other
/// (Levenshtein's distance, row by row).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (place, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let known = ["data", "keys", "listen", "log_format", "writers"].map(str::to_owned);
        let check = |name: &str, meant: &str| assert_eq!(nearest(name, &known), meant);
        check("date", "data");
        check("writer", "writers");
        check("logformat", "log_format");
        check("listne", "listen");
        check("key", "keys");
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
    }
}
