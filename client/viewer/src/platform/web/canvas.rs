//! The canvas keeps to itself what would otherwise scroll the page or open a menu over the park.

use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Event, HtmlCanvasElement, KeyboardEvent};

/// Keys that scroll a page and move the camera.
const OWN_KEYS: [&str; 9] =
    ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", " "];

/// Readies the canvas that `selector` names.
pub(super) fn prepare(selector: &str) -> Result<(), JsError> {
    let canvas: HtmlCanvasElement = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector(selector).ok().flatten())
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| JsError::new(&format!("'{selector}' names no canvas")))?;
    let refused = |_: JsValue| JsError::new("the canvas takes no listeners");
    canvas.style().set_property("touch-action", "none").map_err(refused)?;
    listen(&canvas, "wheel", |event| event.prevent_default()).map_err(refused)?;
    listen(&canvas, "contextmenu", |event| event.prevent_default()).map_err(refused)?;
    listen(&canvas, "keydown", |event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| OWN_KEYS.contains(&event.key().as_str())) {
            event.prevent_default();
        }
    })
    .map_err(refused)
}

/// Listens for as long as the page lives.
fn listen(canvas: &HtmlCanvasElement, name: &str, handler: impl Fn(Event) + 'static) -> Result<(), JsValue> {
    let options = AddEventListenerOptions::new();
    options.set_passive(false);
    let handler = Closure::<dyn FnMut(Event)>::new(handler);
    let function = handler.as_ref().unchecked_ref();
    canvas.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options)?;
    handler.forget();
    Ok(())
}
