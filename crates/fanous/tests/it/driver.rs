//! A real browser for one test, with a profile of its own, closed when the test ends.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// Where the workshop keeps the script of axe-core.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/axe-core/node_modules/axe-core/axe.min.js"
);

/// How often something is looked for before a test gives up; a look takes some milliseconds.
const LOOKS_MAX: usize = 2_000;
/// How often the driver is started before a test gives up.
const STARTS_MAX: usize = 3;

/// Where what a test needs is: named by a variable, or where Debian or `cargo xtask test` puts it.
pub(crate) fn provided(variable: &str, usual: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from(usual));
    assert!(
        path.is_file(),
        "{} is not there: `cargo xtask test` brings what tests need, or name yours in \
         {variable}",
        path.display()
    );
    path
}

/// ChromeDriver on a free port, with a browser that has been nowhere before.
pub(crate) struct Browser {
    pub(crate) tab: WebDriver,
    url: String,
    _driver: Driver,
}

/// The process, ended when the browser is dropped; its browsers end with it.
struct Driver {
    child: Child,
    // Dropped after the process that writes there.
    profile: TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = &self.profile;
    }
}

impl Driver {
    /// Starts the driver and reads the port that it chose from what it prints. Many start at once,
    /// and now and then one finds its port taken by another and ends; it is started again.
    fn start() -> (Self, String) {
        let tries = (0..STARTS_MAX).find_map(|_| Self::try_start());
        tries.expect("ChromeDriver says its port")
    }

    fn try_start() -> Option<(Self, String)> {
        let path = provided("FANOUS_TEST_CHROMEDRIVER", "/usr/bin/chromedriver");
        let mut child = Command::new(path)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("ChromeDriver starts");
        let stdout = BufReader::new(child.stdout.take().expect("it was piped"));
        let profile = TempDir::new().expect("a folder for the profile");
        let driver = Self { child, profile };
        let port = stdout.lines().find_map(|line| {
            let line = line.expect("a line of text");
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        Some((driver, format!("http://127.0.0.1:{}", port?)))
    }
}

impl Browser {
    /// A browser on an empty page.
    pub(crate) async fn open() -> Self {
        let (driver, url) = Driver::start();
        let mut wanted = DesiredCapabilities::chrome();
        let chromium = provided("FANOUS_TEST_CHROMIUM", "/usr/bin/chromium");
        wanted
            .set_binary(&chromium.to_string_lossy())
            .expect("a binary");
        let profile = format!("--user-data-dir={}", driver.profile.path().display());
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile,
        ] {
            wanted.add_arg(argument).expect("an argument");
        }
        wanted
            .set("goog:loggingPrefs", json!({"browser": "ALL"}))
            .expect("a preference");
        let tab = WebDriver::new(&url, wanted).await.expect("a browser");
        Self {
            tab,
            url,
            _driver: driver,
        }
    }

    /// Sends a command of Chrome's own protocol, which WebDriver has no word for.
    pub(crate) fn chrome(&self, command: &str, parameters: &Value) {
        let session = self.tab.handle().session_id();
        let address = format!("{}/session/{session}/goog/cdp/execute", self.url);
        let body = json!({"cmd": command, "params": parameters});
        let sent = ureq::post(&address)
            .header("Content-Type", "application/json")
            .send(body.to_string());
        sent.expect("Chrome takes the command");
    }

    /// Keeps a cookie as if the site had set it.
    pub(crate) fn keep_cookie(&self, url: &str, name: &str, value: &str) {
        let cookie = json!({"url": url, "name": name, "value": value, "httpOnly": true});
        self.chrome("Network.setCookie", &cookie);
    }

    /// Makes the window look like a screen of this width.
    pub(crate) fn be_wide(&self, width: u32) {
        let parameters =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.chrome("Emulation.setDeviceMetricsOverride", &parameters);
    }

    /// Prefers dark or light pages.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chrome("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Brings axe-core into every page from the next one on. It comes as the browser's own debugger
    /// does, since the pages let no script in but ours.
    pub(crate) fn bring_axe(&self) {
        let path = provided("FANOUS_TEST_AXE", AXE);
        let source = std::fs::read_to_string(path).expect("axe-core is text");
        let parameters = json!({"source": source});
        self.chrome("Page.addScriptToEvaluateOnNewDocument", &parameters);
    }

    pub(crate) async fn go(&self, address: &str) {
        self.tab.goto(address).await.expect("the page loads");
    }

    /// An element, waited for while its page is on the way; looks are bounded as in `see`.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        for _ in 1..LOOKS_MAX {
            if let Ok(found) = self.tab.find(By::Css(selector)).await {
                return found;
            }
        }
        let found = self.tab.find(By::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector)
            .await
            .click()
            .await
            .expect("it can be clicked");
    }

    /// Writes into a field, in place of what was there.
    pub(crate) async fn write(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it can be written in");
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn press(&self, key: &str) {
        let here = self
            .tab
            .active_element()
            .await
            .expect("something has the focus");
        here.send_keys(key).await.expect("a key");
    }

    /// Waits until an element says this. A form or a link may still be on its way to the next
    /// page, so one that is missing or gone is looked for again; each look asks the browser, so
    /// the number of looks bounds the wait.
    pub(crate) async fn see(&self, selector: &str, said: &str) {
        let mut last = String::new();
        for _ in 0..LOOKS_MAX {
            let found = self.tab.find(By::Css(selector)).await;
            let text = match found {
                Ok(element) => element.text().await,
                Err(error) => Err(error),
            };
            match text {
                Ok(text) if text.contains(said) => return,
                Ok(text) => last = text,
                Err(error) => last = error.to_string(),
            }
        }
        panic!("“{said}” is not in {selector}: {last}");
    }

    /// Waits until nothing is where this leads to, as after a form; looks are bounded as in `see`.
    pub(crate) async fn gone(&self, selector: &str) {
        for _ in 0..LOOKS_MAX {
            if self.tab.find(By::Css(selector)).await.is_err() {
                return;
            }
        }
        panic!("{selector} is still there");
    }

    /// The value of an expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        let got = self.tab.execute(script, Vec::new()).await;
        got.expect("the expression has a value").json().clone()
    }

    /// What the console complains of; nothing, on a page of ours.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let entries = self.tab.browser_log().await.expect("the console's log");
        let severe = entries.into_iter().filter(|entry| entry.level != "INFO");
        severe.map(|entry| entry.message).collect()
    }
}
