//! The functions of `bridge.js`.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/viewer/bridge.js")]
extern "C" {
    /// Whether the browser has WebGL 2.
    #[wasm_bindgen(js_name = hasWebGl2)]
    pub(super) fn has_web_gl_2() -> bool;

    /// Script, module and the module's size in bytes; undefined while there is no viewer.
    #[wasm_bindgen(catch)]
    pub(super) async fn manifest() -> Result<JsValue, JsValue>;

    /// Fetches and compiles the viewer; `progress` is told the bytes that have come.
    #[wasm_bindgen(catch)]
    pub(super) async fn load(script: &str, module: &str, progress: &Closure<dyn FnMut(f64)>) -> Result<(), JsValue>;

    /// Ends the viewer that runs, if one does; nothing more is heard of it.
    #[wasm_bindgen(js_name = end)]
    pub(super) fn end();

    /// Starts the viewer on a canvas; `hear` is given each event it sends, and `lost` is told when the browser has taken
    /// the canvas's graphics away. The other arguments are the viewer's options;
    /// an empty view is its own opening view.
    #[wasm_bindgen(catch)]
    #[expect(clippy::too_many_arguments, reason = "each is a plain value; an object would have to be built by hand")]
    pub(super) async fn begin(
        canvas: &str,
        base_url: &str,
        language: &str,
        quality: &str,
        hour: f64,
        view: &str,
        hear: &Closure<dyn FnMut(Uint8Array)>,
        lost: &Closure<dyn FnMut()>,
    ) -> Result<(), JsValue>;

    /// Whether the viewer has drawn.
    #[wasm_bindgen(js_name = isReady, catch)]
    pub(super) fn is_ready() -> Result<bool, JsValue>;

    /// Gives the viewer an event.
    #[wasm_bindgen(catch)]
    pub(super) fn send(bytes: &[u8]) -> Result<(), JsValue>;

    /// What a canvas shows, as a PNG of at most so many bytes; undefined if the browser gives none.
    #[wasm_bindgen(catch)]
    pub(super) async fn picture(canvas: &str, most_bytes: f64) -> Result<JsValue, JsValue>;
}
