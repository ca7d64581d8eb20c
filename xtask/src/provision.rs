//! What tests need that Cargo cannot fetch: PostgreSQL, a browser with its driver, fonts, and the
//! clients of two other registries, by which `tools` fetches the rest.
//!
//! What is missing is installed from Debian's packages when we may (root, with apt-get);
//! otherwise one sentence says what to install. Nothing is ever skipped for being absent.

use crate::{Failure, tools};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest PostgreSQL that Fanous supports.
const POSTGRES_MAJOR_MIN: u32 = 15;

/// Whether this Python can make environments, and is one for which Schemathesis is made: 3.11 or
/// newer. Debian takes `ensurepip` out of Python into a package of its own.
const PYTHON_CHECK: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Folders of fonts nest as foundry/family/file; deeper ones are no font folders.
const FONT_FOLDER_DEPTH_MAX: u32 = 4;

/// Where everything that tests need was found.
pub(crate) struct Provisions {
    /// The folder with `initdb` and `postgres`.
    pub(crate) postgres_folder: PathBuf,
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// The program that drives the browser.
    pub(crate) chromedriver: PathBuf,
    /// The script that judges whether everybody can use a page.
    pub(crate) axe: PathBuf,
    /// The program that calls the API with whatever its description allows.
    pub(crate) schemathesis: PathBuf,
    /// A Python that has libraries of other collectors.
    pub(crate) trackers_python: PathBuf,
    /// The browser's file among the libraries of other collectors for Node and browsers.
    pub(crate) trackers_node: PathBuf,
}

/// One thing that tests need, and the Debian package that brings it.
struct Need {
    package: &'static str,
    found: fn() -> bool,
}

const POSTGRES: Need = Need {
    package: "postgresql",
    found: || postgres_folder().is_some(),
};

const NEEDS: [Need; 8] = [
    POSTGRES,
    Need {
        package: "chromium",
        found: || chromium().is_some(),
    },
    Need {
        package: "chromium-driver",
        found: || on_path("chromedriver").is_some(),
    },
    Need {
        package: "fonts-noto-core",
        found: || font_is_installed(&["NotoSansArabic"]),
    },
    Need {
        package: "fonts-noto-cjk",
        found: || font_is_installed(&["NotoSansCJK", "NotoSansTC", "NotoSansHant"]),
    },
    // By which the long tier sees that no answer comes before its sync.
    Need {
        package: "strace",
        found: || on_path("strace").is_some(),
    },
    Need {
        package: "npm",
        found: || on_path("npm").is_some(),
    },
    Need {
        package: "python3-venv",
        found: || output_of(Command::new("python3").args(["-c", PYTHON_CHECK])).is_some(),
    },
];

/// Finds all that tests need, after installing what is missing; tools of other registries go
/// into this target folder.
///
/// Fails with one sentence that names what to install when we may not or cannot install it.
pub(crate) fn everything(target: &Path) -> Result<Provisions, Failure> {
    provide(&NEEDS)?;
    let found = "was found a moment ago, when the needs were checked";
    Ok(Provisions {
        postgres_folder: postgres_folder().ok_or(format!("PostgreSQL {found}"))?,
        chromium: chromium().ok_or(format!("Chromium {found}"))?,
        chromedriver: on_path("chromedriver").ok_or(format!("chromedriver {found}"))?,
        axe: tools::axe(target)?,
        schemathesis: tools::schemathesis(target)?,
        trackers_python: tools::trackers_python(target)?,
        trackers_node: tools::trackers_node(target)?,
    })
}

/// Finds the folder of PostgreSQL's server programs, after installing them when missing.
pub(crate) fn postgres() -> Result<PathBuf, Failure> {
    provide(&[POSTGRES])?;
    postgres_folder().ok_or_else(|| "PostgreSQL was installed and still cannot be found".to_owned())
}

/// Whether we run as root, who may install packages and may not run PostgreSQL.
pub(crate) fn is_root() -> bool {
    output_of(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

/// What a command prints, when it could be run and was content.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// The program of that name on the search path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn provide(needs: &[Need]) -> Result<(), Failure> {
    let missing = missing_packages(needs);
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() || on_path("apt-get").is_none() {
        return Err(what_to_install(&missing));
    }
    install(&missing)?;
    let still_missing = missing_packages(needs);
    if still_missing.is_empty() {
        Ok(())
    } else {
        Err(what_to_install(&still_missing))
    }
}

fn missing_packages(needs: &[Need]) -> Vec<&'static str> {
    needs
        .iter()
        .filter(|need| !(need.found)())
        .map(|need| need.package)
        .collect()
}

fn what_to_install(missing: &[&str]) -> Failure {
    format!(
        "the tests need PostgreSQL {POSTGRES_MAJOR_MIN} or newer, Chromium with ChromeDriver, the \
         Noto fonts (core and CJK), strace, npm, and Python 3.11 or newer with venv; please \
         install what is missing here, in Debian's names: {}",
        missing.join(" ")
    )
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    let clusters_before = debian_clusters();
    println!("installing {}", packages.join(" "));
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], packages].concat())?;
    // Debian's package creates and starts a cluster of its own. Nobody asked for that one, and
    // it is empty; those that stood here before are none of our business.
    for (version, name) in debian_clusters() {
        if !clusters_before.contains(&(version.clone(), name.clone())) {
            let mut drop_cluster = Command::new("pg_dropcluster");
            drop_cluster.args(["--stop", &version, &name]);
            drop_cluster
                .status()
                .map_err(|error| format!("pg_dropcluster: {error}"))?;
        }
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("apt-get could not be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("apt-get {} failed", arguments.join(" ")))
    }
}

/// Version and name of each cluster that Debian's tools manage.
fn debian_clusters() -> Vec<(String, String)> {
    let listed = output_of(Command::new("pg_lsclusters").arg("--no-header")).unwrap_or_default();
    let words = listed
        .lines()
        .map(|line| line.split_whitespace().map(str::to_owned));
    words
        .filter_map(|mut words| Some((words.next()?, words.next()?)))
        .collect()
}

/// The newest PostgreSQL that is new enough, from the search path or from where Debian keeps it.
fn postgres_folder() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let folders = installed.map(|entry| entry.path().join("bin"));
    let on_path = on_path("postgres").and_then(|path| path.canonicalize().ok());
    let candidates = folders.chain(on_path.and_then(|path| path.parent().map(Path::to_path_buf)));
    let usable = candidates
        .filter(|folder| folder.join("initdb").is_file())
        .filter_map(|folder| {
            let said = output_of(Command::new(folder.join("postgres")).arg("--version"))?;
            let major = postgres_major(&said)?;
            (major >= POSTGRES_MAJOR_MIN).then_some((major, folder))
        });
    usable.max().map(|(_, folder)| folder)
}

/// The major version in what `postgres --version` says: `postgres (PostgreSQL) 15.18 (Debian …)`.
fn postgres_major(said: &str) -> Option<u32> {
    let number = said.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(on_path)
}

fn font_is_installed(prefixes: &[&str]) -> bool {
    let mut folders = vec![
        PathBuf::from("/usr/share/fonts"),
        PathBuf::from("/usr/local/share/fonts"),
    ];
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        folders.push(home.join(".fonts"));
        folders.push(home.join(".local/share/fonts"));
        folders.push(home.join("Library/Fonts"));
    }
    folders
        .iter()
        .any(|folder| has_file(folder, prefixes, FONT_FOLDER_DEPTH_MAX))
}

fn has_file(folder: &Path, prefixes: &[&str], depth: u32) -> bool {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                depth > 0 && has_file(&entry.path(), prefixes, depth - 1)
            } else {
                prefixes.iter().any(|prefix| name.starts_with(prefix))
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        let check = |said: &str, expected: Option<u32>| assert_eq!(postgres_major(said), expected);
        check(
            "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
            Some(15),
        );
        check("postgres (PostgreSQL) 18beta1\n", Some(18));
        check("postgres (PostgreSQL) 9.6.24\n", Some(9));
        check("", None);
    }

    #[test]
    fn the_refusal_is_one_sentence_that_names_the_packages() {
        let sentence = what_to_install(&["chromium", "fonts-noto-cjk"]);
        assert!(
            sentence.ends_with("Debian's names: chromium fonts-noto-cjk"),
            "{sentence}"
        );
        assert_eq!(sentence.lines().count(), 1);
    }
}
