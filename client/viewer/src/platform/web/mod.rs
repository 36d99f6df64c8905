//! In a browser: the functions that the page calls, and the canvas's manners.

mod canvas;

use std::cell::RefCell;
use std::process::ExitCode;

use bevy::math::DVec3;
use bevy::prelude::*;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{Fault, SceneEvent};
use js_sys::{Function, Uint8Array};
use prost::Message as _;
use wasm_bindgen::prelude::*;

use super::window::windowed;
use crate::draw::QualityLevel;
use crate::options::Options;
use crate::probe::ViewerHandle;
use crate::scene::SceneOutlet;

thread_local! {
    static HANDLE: RefCell<Option<ViewerHandle>> = const { RefCell::new(None) };
    static CALLBACK: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// The page starts the viewer with [`start`]; a program's `main` has nothing to do here.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}

/// Starts the viewer in the canvas that `canvas_selector` names, with the tiles of the server at `base_url` (empty: where
/// the page came from). `options_json` is an object with any of `view`, `language`, `quality`, `hour`, `bench`.
///
/// # Errors
/// An `Error` that says which option is wrong, that there is no such canvas, or that a viewer runs already.
#[wasm_bindgen]
pub fn start(canvas_selector: &str, base_url: &str, options_json: &str) -> Result<(), JsError> {
    let options = Options::from_page(base_url, options_json)?;
    if HANDLE.with_borrow(Option::is_some) {
        return Err(JsError::new("a viewer runs already"));
    }
    canvas::prepare(canvas_selector)?;
    let window = Window {
        title: "Cloudsite".to_owned(),
        canvas: Some(canvas_selector.to_owned()),
        fit_canvas_to_parent: true,
        // Someone may be typing elsewhere on the page; a click or the Tab key brings the keyboard here.
        focused: false,
        // Tab, F5 and the like belong to the page; `canvas` keeps what would scroll it.
        prevent_default_event_handling: false,
        ..Window::default()
    };
    let (mut app, handle) = windowed(window, &options, QualityLevel::Light, SceneOutlet(deliver));
    HANDLE.set(Some(handle));
    report_panics();
    app.run();
    Ok(())
}

/// Ends the viewer; what it drew last stays. A module is started once: to see the park again, the page loads it anew.
#[wasm_bindgen]
pub fn stop() {
    HANDLE.with_borrow(|handle| handle.iter().for_each(ViewerHandle::end));
}

/// A request that carries the cookies of the page, so that a member is given what members are. It is not by default.
pub(crate) fn as_whoever_is_signed_in(mut request: ehttp::Request) -> ehttp::Request {
    request.credentials = ehttp::Credentials::SameOrigin;
    request
}

/// What asks: the browser, which trusts whom its user trusts.
#[derive(Debug)]
pub(crate) struct Requests;

impl Requests {
    pub(crate) const fn trusting(_: Option<&[u8]>) -> Self {
        Self
    }

    /// Asks, and hears the status and the bytes.
    #[expect(clippy::unused_self, reason = "natively it knows whom to trust")]
    pub(crate) fn fetch(
        &self,
        request: ehttp::Request,
        heard: impl FnOnce(Result<(u16, Vec<u8>), String>) + Send + 'static,
    ) {
        ehttp::fetch(request, |answer| heard(answer.map(|answer| (answer.status, answer.bytes))));
    }
}

/// Sends the viewer an event, the bytes of a `cloudsite.scene.v1.SceneEvent`.
///
/// # Errors
/// An `Error` if no viewer runs, or too many events wait for its next frame.
#[wasm_bindgen]
pub fn send(bytes: &[u8]) -> Result<(), JsError> {
    let handle = HANDLE.with_borrow(Clone::clone).ok_or_else(|| JsError::new("no viewer runs"))?;
    Ok(handle.send(bytes.to_vec())?)
}

/// Sets the function that is called with each event of the viewer, a `Uint8Array` with the bytes of a
/// `cloudsite.scene.v1.SceneEvent`. Best set before [`start`].
#[wasm_bindgen]
pub fn on_event(callback: Function) {
    CALLBACK.set(Some(callback));
}

/// Where a point of the park, metres east, north and up of its origin, was last seen: `[x, y]` in CSS pixels from the
/// canvas's top left, or `null`.
#[wasm_bindgen]
pub fn project(east_m: f64, north_m: f64, up_m: f64) -> JsValue {
    let at = HANDLE.with_borrow(|handle| handle.as_ref()?.project(DVec3::new(east_m, north_m, up_m)));
    at.map_or(JsValue::NULL, |at| js_sys::Array::of2(&at.x.into(), &at.y.into()).into())
}

/// Whether all that the view wants is loaded and handed to the renderer, and the camera stands still.
#[wasm_bindgen]
pub fn ready() -> bool {
    HANDLE.with_borrow(|handle| handle.as_ref().is_some_and(ViewerHandle::is_ready))
}

fn deliver(bytes: &[u8]) {
    let Some(callback) = CALLBACK.with_borrow(Clone::clone) else { return };
    if let Err(error) = callback.call1(&JsValue::NULL, &JsValue::from(Uint8Array::from(bytes))) {
        web_sys::console::error_2(&"the page's event callback threw".into(), &error);
    }
}

/// A panic ends the viewer: the page is told, after the console.
fn report_panics() {
    let to_console = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        to_console(panic);
        let fault = Fault { code: "viewer_ended".to_owned(), message: panic.to_string() };
        deliver(&SceneEvent { event: Some(Event::Fault(fault)) }.encode_to_vec());
    }));
}
