//! Chromium without a window, driven as a person would.

use std::process::Stdio;
use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction, TouchActions};
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::server::free_address;
use crate::{Picture, eventually};

const STARTED_WITHIN: Duration = Duration::from_mins(1);

/// How long a page may take to fetch what it needs to take a file.
const TAKEN_WITHIN: Duration = Duration::from_mins(1);

const CLICKED_WITHIN: Duration = Duration::from_mins(1);

/// Drawing in software, and nothing that asks the network for anything.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
];

/// For [`Browser::open_with`]: a camera and a microphone that are none, given to whoever asks, and connections to this machine.
pub const FAKE_MEDIA: [&str; 4] = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/// No window is narrower, CSS pixels; a page that is stands in a larger one.
const NARROWEST: u32 = 500;

/// A browser; ends with this value.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    profile: TempDir,
    address: String,
}

impl Drop for Browser {
    /// Ends what the driver started, which outlives it where a test has failed: a browser that draws in software keeps a
    /// core from all other tests.
    fn drop(&mut self) {
        if let Some(driver) = self.driver.id() {
            signal("-KILL", vec![driver]);
        }
    }
}

/// Sends a signal to processes and all that they have started.
fn signal(name: &str, mut processes: Vec<u32>) {
    let mut looked_at = 0;
    let families = families();
    while let Some(parent) = processes.get(looked_at).copied() {
        let children = families.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child);
        let further: Vec<u32> = children.filter(|child| !processes.contains(child)).collect();
        processes.extend(further);
        looked_at += 1;
    }
    let processes = processes.iter().map(ToString::to_string);
    // What has ended by itself meanwhile is no failure.
    let _ended = std::process::Command::new("kill").arg(name).args(processes).stderr(Stdio::null()).status();
}

/// The processes that were started with a word among their arguments.
fn started_with(word: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    let arguments = |path: std::path::PathBuf| std::fs::read_to_string(path.join("cmdline")).unwrap_or_default();
    processes
        .filter(|(_, path)| arguments(path.clone()).split('\0').any(|given| given == word))
        .map(|(pid, _)| pid)
        .collect()
}

/// All processes, each with its parent.
fn families() -> Vec<(u32, u32)> {
    let status = |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path().join("status")).ok();
    let number =
        |status: &str, name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(status);
    entries.filter_map(|status| Some((number(&status, "Pid:")?, number(&status, "PPid:")?))).collect()
}

/// One window of a browser.
#[derive(Debug)]
pub struct Page {
    client: Client,
    /// The argument of its browser that no other has.
    profile: String,
}

impl Browser {
    /// Starts the driver.
    pub async fn start() -> Self {
        let address = free_address();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={}", address.port()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let driver = command.spawn().expect("chromedriver can be started (Debian: chromium-driver)");
        eventually("chromedriver listens", STARTED_WITHIN, async || tokio::net::TcpStream::connect(address).await.ok())
            .await;
        let profile = TempDir::new().expect("a folder can be made");
        Self { driver, profile, address: format!("http://{address}") }
    }

    /// Opens an address in a browser of its own, with a window of this size.
    pub async fn open(&self, url: &str, width: u32, height: u32) -> Page {
        self.open_with(url, width, height, &[]).await
    }

    /// The same in a browser with further flags.
    pub async fn open_with(&self, url: &str, width: u32, height: u32, further: &[&str]) -> Page {
        let mut flags: Vec<String> = FLAGS.iter().chain(further).map(|&flag| flag.to_owned()).collect();
        let profile = tempfile::tempdir_in(self.profile.path()).expect("a folder can be made").keep();
        let profile = format!("--user-data-dir={}", profile.display());
        flags.push(profile.clone());
        flags.push(format!("--window-size={width},{height}"));
        let mut options = json!({ "args": flags });
        if width < NARROWEST {
            let metrics = json!({ "width": width, "height": height, "pixelRatio": 1, "touch": false, "mobile": false });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let wish = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(wish) = wish else { unreachable!("the literal above is an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wish).connect(&self.address).await.expect("the browser starts");
        let patience = TimeoutConfiguration::new(Some(STARTED_WITHIN), Some(STARTED_WITHIN), None);
        client.update_timeouts(patience).await.expect("the driver takes time limits");
        client.goto(url).await.expect("the page loads");
        Page { client, profile }
    }
}

impl Page {
    /// The value of a script, whose last statement has to return one.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script} failed: {error}"))
    }

    /// Goes to another address in the same browser.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("the page loads");
    }

    /// Drops a file onto the page, as a person does who drags it there from a folder: once the page says that it takes it.
    pub async fn drop_file(&self, name: &str, bytes: &[u8]) {
        let script = "const file = new File([new Uint8Array(arguments[1])], arguments[0]);
            const data = new DataTransfer(); data.items.add(file);
            const tell = kind => document.body.dispatchEvent(
              new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
            const taken = !tell('dragover'); if (taken) tell('drop'); return taken";
        eventually(&format!("{name} can be dropped"), TAKEN_WITHIN, async || {
            let taken = self.client.execute(script, vec![json!(name), json!(bytes)]).await;
            (taken.expect("the file is dragged") == json!(true)).then_some(())
        })
        .await;
    }

    /// Chooses a value in the list with this `data-testid`.
    pub async fn choose(&self, id: &str, value: &str) {
        let script = "const list = document.querySelector(arguments[0]); list.value = arguments[1];
            list.dispatchEvent(new Event('change', { bubbles: true }))";
        self.client.execute(script, vec![json!(by_id(id)), json!(value)]).await.expect("the value is chosen");
    }

    /// Types into the field with this `data-testid`, once there is one, in place of what is there.
    pub async fn fill(&self, id: &str, text: &str) {
        self.client.wait().for_element(Locator::Css(&by_id(id))).await.expect("the field comes");
        let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1];
            field.dispatchEvent(new Event('input', { bubbles: true }))";
        self.client.execute(script, vec![json!(by_id(id)), json!(text)]).await.expect("the text is typed");
    }

    /// The text of the element with this `data-testid`, once there is one.
    pub async fn text(&self, id: &str) -> String {
        self.client.wait().for_element(Locator::Css(&by_id(id))).await.expect("the element comes");
        let script = format!("return document.querySelector('{}')?.innerText ?? ''", by_id(id));
        self.run(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a script returns something other than `null`, `false`, 0 or an empty text.
    pub async fn until(&self, what: &str, within: Duration, script: &str) -> Value {
        eventually(what, within, async || {
            let value = self.run(script).await;
            let nothing = [Value::Null, json!(false), json!(0), json!("")];
            (!nothing.contains(&value)).then_some(value)
        })
        .await
    }

    /// Clicks an element by its `data-testid`.
    pub async fn click(&self, id: &str) {
        eventually(&format!("{id} can be clicked"), CLICKED_WITHIN, async || {
            let element = self.client.wait().for_element(Locator::Css(&by_id(id))).await.expect("the element comes");
            match element.click().await {
                Ok(()) => Some(()),
                // The page drew it anew between the look and the click.
                Err(error) if error.is_stale_element_reference() => None,
                Err(error) => panic!("{id} cannot be clicked: {error}"),
            }
        })
        .await;
    }

    /// Clicks a point of the window, CSS pixels.
    pub async fn click_at(&self, x: f64, y: f64) {
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: Some(Duration::from_millis(50)), x, y })
            .then(PointerAction::Down { button: fantoccini::actions::MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: fantoccini::actions::MOUSE_BUTTON_LEFT });
        self.client.perform_actions(press).await.expect("the mouse can be moved");
    }

    /// Drags from a point of the window to another with the left button, by way of the points between, CSS pixels.
    pub async fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        self.drag_with(fantoccini::actions::MOUSE_BUTTON_LEFT, from, to).await;
    }

    /// The same with the right button.
    pub async fn drag_right(&self, from: (f64, f64), to: (f64, f64)) {
        self.drag_with(fantoccini::actions::MOUSE_BUTTON_RIGHT, from, to).await;
    }

    async fn drag_with(&self, button: u64, from: (f64, f64), to: (f64, f64)) {
        const STEPS: u32 = 6;
        let short = Some(Duration::from_millis(60));
        let mut press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: short, x: from.0, y: from.1 })
            // The picture is drawn once more, so that the pointer is known to be there.
            .then(PointerAction::Pause { duration: Duration::from_millis(400) })
            .then(PointerAction::Down { button })
            .then(PointerAction::Pause { duration: Duration::from_millis(400) });
        for step in 1..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            press = press
                .then(PointerAction::MoveTo { duration: short, x, y })
                .then(PointerAction::Pause { duration: Duration::from_millis(200) });
        }
        let press = press.then(PointerAction::Up { button });
        self.client.perform_actions(press).await.expect("the mouse can be moved");
    }

    /// Taps a point of the window with a finger, CSS pixels.
    pub async fn tap_at(&self, x: f64, y: f64) {
        let tap = TouchActions::new("finger".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button: fantoccini::actions::MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: fantoccini::actions::MOUSE_BUTTON_LEFT });
        self.client.perform_actions(tap).await.expect("the screen can be tapped");
    }

    /// A picture of the element that a selector finds.
    pub async fn picture(&self, css: &str) -> Picture {
        let element = self.client.find(Locator::Css(css)).await.expect("the element is there");
        Picture::from_png(&element.screenshot().await.expect("a picture can be taken"))
    }

    /// Stops all processes of its browser where they are, as a machine does that sleeps. Nothing can be asked of it then.
    pub fn freeze(&self) {
        signal("-STOP", started_with(&self.profile));
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        signal("-CONT", started_with(&self.profile));
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.client.close().await.expect("the browser ends");
    }
}

/// The selector of a `data-testid`.
fn by_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
