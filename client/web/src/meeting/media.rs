//! The functions of `media.js`.

use cloudsite_proto::meeting::{IceServer, Source};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::HtmlMediaElement;

use super::pure::quality::{Measured, Path, Probed};

#[wasm_bindgen(module = "/src/meeting/media.js")]
extern "C" {
    #[wasm_bindgen(js_name = devices, catch)]
    async fn devices_there() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = onDevices)]
    fn on_devices_there(changed: &Closure<dyn FnMut()>);

    /// Whether the browser can send a screen.
    #[wasm_bindgen(js_name = canShare)]
    pub(super) fn can_share() -> bool;

    #[wasm_bindgen(js_name = capture, catch)]
    async fn capture_there(source: &str, device: &str, ended: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = release)]
    fn release_there(source: &str);

    #[wasm_bindgen(js_name = forgo)]
    fn forgo_there(source: &str);

    #[wasm_bindgen(js_name = enable)]
    fn enable_there(source: &str, on: bool);

    /// How loud the microphone is, 0 to 1.
    pub(super) fn level() -> f64;

    #[wasm_bindgen(js_name = show)]
    fn show_there(element: &HtmlMediaElement, source: &str);

    #[wasm_bindgen(js_name = attach)]
    fn attach_there(element: &HtmlMediaElement, mid: Option<&str>);

    /// How loud an element plays, 0 to 1.
    pub(super) fn volume(element: &HtmlMediaElement, loudness: f64);

    #[wasm_bindgen(js_name = connect, catch)]
    fn connect_there(hear: &JsValue, relays: &Array) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = offer, catch)]
    async fn offer_there(restart: bool) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = answer, catch)]
    async fn answer_there(sdp: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = say)]
    fn say_there(channel: &str, bytes: &[u8]) -> bool;

    #[wasm_bindgen(js_name = sendLayers)]
    fn send_layers_there(source: &str, sent: &Array);

    #[wasm_bindgen(js_name = measure, catch)]
    async fn measure_there() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = probe, catch)]
    async fn probe_there(ask: &JsValue) -> Result<JsValue, JsValue>;

    /// Ends the connection; what is taken of camera and microphone stays.
    pub(super) fn disconnect();
}

/// What can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Microphone,
    Camera,
    Screen,
}

impl Own {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Microphone, Self::Camera, Self::Screen];

    /// Its name in JavaScript, and for tests.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Camera => "camera",
            Self::Screen => "screen",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.word() == word)
    }
}

/// A data channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Reliable,
    Latest,
}

impl Channel {
    const fn label(self) -> &'static str {
        match self {
            Self::Reliable => "reliable",
            Self::Latest => "latest",
        }
    }
}

/// A camera or a microphone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device {
    pub(super) kind: Own,
    pub(super) id: String,
    /// What it is called; empty before one was allowed.
    pub(super) label: String,
}

/// What the connection tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Its state, in the browser's word.
    State(String),
    /// A channel is open.
    Open(Channel),
    /// Bytes came over a channel.
    Message(Vec<u8>),
}

/// The cameras and microphones that there are.
pub(super) async fn devices() -> Vec<Device> {
    let Ok(all) = devices_there().await else { return Vec::new() };
    let device = |entry: JsValue| {
        let entry = Array::from(&entry);
        let text = |index| entry.get(index).as_string().unwrap_or_default();
        Some(Device { kind: Own::of(&text(0))?, id: text(1), label: text(2) })
    };
    Array::from(&all).iter().filter_map(device).collect()
}

/// Tells when a camera or microphone comes or goes, for as long as the page is open.
pub(super) fn on_devices(changed: impl FnMut() + 'static) {
    let changed = Closure::<dyn FnMut()>::new(changed);
    on_devices_there(&changed);
    changed.forget();
}

/// Begins to take what a source gives; `ended` is told when it ends by itself. The error is the browser's name for it.
pub(super) async fn capture(own: Own, device: &str, ended: impl FnMut(Own) + 'static) -> Result<(), String> {
    let mut ended = ended;
    let ended = Closure::<dyn FnMut(String)>::new(move |word: String| {
        if let Some(own) = Own::of(&word) {
            ended(own);
        }
    });
    // The track holds on to it for as long as it is there.
    capture_there(own.word(), device, &ended.into_js_value()).await.map_err(|error| name_of(&error))
}

/// Takes nothing of a source any more.
pub(super) fn release(own: Own) {
    release_there(own.word());
}

/// The same, and nothing is wanted of it that the browser may yet give.
pub(super) fn forgo(own: Own) {
    forgo_there(own.word());
}

/// The name of the error of a source that was forgone before the browser gave it.
pub(super) const FORGONE: &str = "ForgoneError";

/// Silences a source without giving it up, or lets it be heard again.
pub(super) fn enable(own: Own, on: bool) {
    enable_there(own.word(), on);
}

/// Shows what is taken of a source.
pub(super) fn show(element: &HtmlMediaElement, own: Own) {
    show_there(element, own.word());
}

/// Plays in an element what a receiver gives.
pub(super) fn attach(element: &HtmlMediaElement, mid: Option<&str>) {
    attach_there(element, mid);
}

/// Makes a connection, in place of the one before, by relays where there is no other way.
pub(super) fn connect(relays: &[IceServer], hear: impl Fn(Told) + 'static) -> Result<(), String> {
    let hear = Closure::<dyn FnMut(String, JsValue)>::new(move |what: String, detail: JsValue| {
        let told = match what.as_str() {
            "state" => detail.as_string().map(Told::State),
            "open" if detail.as_string().as_deref() == Some("latest") => Some(Told::Open(Channel::Latest)),
            "open" => Some(Told::Open(Channel::Reliable)),
            _ => detail.dyn_ref::<Uint8Array>().map(|bytes| Told::Message(bytes.to_vec())),
        };
        if let Some(told) = told {
            hear(told);
        }
    });
    let relays: Array = relays.iter().map(relay).collect();
    connect_there(&hear.into_js_value(), &relays).map_err(|error| name_of(&error))
}

/// A relay as `media.js` takes it.
fn relay(relay: &IceServer) -> Array {
    let urls: Array = relay.urls.iter().map(|url| JsValue::from_str(url)).collect();
    let words = [&relay.username, &relay.credential].map(|word| JsValue::from_str(word));
    std::iter::once(JsValue::from(urls)).chain(words).collect()
}

/// The offer of the connection.
pub(super) async fn offer(restart: bool) -> Result<String, String> {
    let sdp = offer_there(restart).await.map_err(|error| name_of(&error))?;
    sdp.as_string().ok_or_else(String::new)
}

/// Takes the answer.
pub(super) async fn answer(sdp: &str) -> Result<(), String> {
    answer_there(sdp).await.map_err(|error| name_of(&error))
}

/// Sends bytes over a channel; whether it could.
pub(super) fn say(channel: Channel, bytes: &[u8]) -> bool {
    say_there(channel.label(), bytes)
}

/// Sends those layers of a source, and no others.
pub(super) fn send_layers(source: Source, sent: &[bool]) {
    let own = match source {
        Source::Camera => Own::Camera,
        Source::Screen => Own::Screen,
        Source::Microphone | Source::Unspecified => return,
    };
    let sent: Array = sent.iter().map(|sent| JsValue::from_bool(*sent)).collect();
    send_layers_there(own.word(), &sent);
}

/// How a connection would go, where `ask` gives the answer to an offer.
pub(super) async fn probe<A: Future<Output = Option<String>> + 'static>(
    ask: impl FnOnce(String) -> A + 'static,
) -> Probed {
    let ask: Closure<dyn FnMut(String) -> Promise> = Closure::once(move |offer: String| {
        let answered = ask(offer);
        future_to_promise(async move { answered.await.map(JsValue::from).ok_or(JsValue::UNDEFINED) })
    });
    let way = probe_there(ask.as_ref()).await.unwrap_or(JsValue::UNDEFINED);
    if way.is_undefined() {
        return Probed::NoWay;
    }
    let way = Array::from(&way);
    let millis = way.get(0).as_f64().unwrap_or_default();
    Probed::Way { path: path(&way, 1), millis: millis.round() }
}

/// How the connection does; none without one.
pub(super) async fn measure() -> Option<Measured> {
    let measured = measure_there().await.ok().filter(|measured| !measured.is_undefined())?;
    let measured = Array::from(&measured);
    let number = |index| measured.get(index).as_f64().unwrap_or_default();
    Some(Measured {
        connected: measured.get(0).as_string().as_deref() == Some("connected"),
        round_trip_ms: number(1),
        lost: number(2),
        received: number(3),
        path: path(&measured, 4),
    })
}

/// The path that stands at an index and the one after it.
fn path(told: &Array, index: u32) -> Path {
    let word = |index| told.get(index).as_string().unwrap_or_default();
    Path::of(&word(index), &word(index + 1))
}

/// The name of a browser's error.
fn name_of(error: &JsValue) -> String {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
