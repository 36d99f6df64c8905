//! The canvas keeps to itself what would otherwise scroll the page or open a menu over the park.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Event, HtmlCanvasElement, KeyboardEvent};

/// Keys that scroll a page and move the camera.
const OWN_KEYS: [&str; 9] =
    ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", " "];

/// Keys that change what a hand in the picture does: as an event of the mouse calls them, and as the keyboard does.
const HELD_KEYS: [(&str, &str, &str); 2] = [("shiftKey", "Shift", "ShiftLeft"), ("ctrlKey", "Control", "ControlLeft")];

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
    let own = canvas.clone();
    listen(&canvas, "pointerdown", move |event| tell_held_keys(&own, &event)).map_err(refused)?;
    listen(&canvas, "keydown", |event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| OWN_KEYS.contains(&event.key().as_str())) {
            event.prevent_default();
        }
    })
    .map_err(refused)
}

/// A key that was pressed before the canvas had the keyboard is heard of when the mouse comes down on it; from then on the
/// canvas has the keyboard, and hears itself when the key is let go.
fn tell_held_keys(canvas: &HtmlCanvasElement, press: &Event) {
    let has_keyboard = web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_some_and(|active| JsValue::from(active) == JsValue::from(canvas));
    if has_keyboard {
        return;
    }
    let is_held = |name: &str| Reflect::get(press, &name.into()).is_ok_and(|held| held.is_truthy());
    for (held, key, code) in HELD_KEYS.iter().filter(|(held, ..)| is_held(held)) {
        if let Some(event) = key_down(held, key, code) {
            // Nobody but the viewer listens for it here.
            let _prevented = canvas.dispatch_event(&event);
        }
    }
}

fn key_down(held: &str, key: &str, code: &str) -> Option<Event> {
    let init = Object::new();
    for (name, value) in [("key", key.into()), ("code", code.into()), (held, JsValue::TRUE)] {
        Reflect::set(&init, &name.into(), &value).ok()?;
    }
    let maker: Function = Reflect::get(&js_sys::global(), &"KeyboardEvent".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&maker, &Array::of2(&"keydown".into(), &init)).ok()?.dyn_into().ok()
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
