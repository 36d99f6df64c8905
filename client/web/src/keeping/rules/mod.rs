//! The rules of the record, asked while someone edits: `client/rules`, fetched when it is first needed.

use wasm_bindgen::prelude::*;

use crate::keeping::pure::rules::{Finding, Surroundings, findings};

#[wasm_bindgen(module = "/src/keeping/rules/bridge.js")]
extern "C" {
    #[wasm_bindgen(js_name = begin, catch)]
    async fn begin_there(surroundings: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = check, catch)]
    fn check_there(parcel: &str) -> Result<String, JsValue>;
}

/// Takes up what lies around the parcel that is edited; whether the rules are there to be asked.
pub(crate) async fn begin(around: &Surroundings, day: &str) -> bool {
    begin_there(&around.told(day)).await.is_ok()
}

/// What the rules say of a parcel, as `pure::rules::asked` writes it.
pub(crate) fn check(parcel: &str) -> Vec<Finding> {
    check_there(parcel).map(|answer| findings(&answer)).unwrap_or_default()
}
