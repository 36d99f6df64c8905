//! The browser's own things: address, storage, languages, clipboard, focus.

use cloudsite_domain::record::Language;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DragEvent, File, FileList, HtmlMediaElement, ScrollIntoViewOptions, ScrollLogicalPosition, Storage,
    UrlSearchParams, Window,
};

const LANGUAGE_KEY: &str = "cloudsite.language";
const VARIANTS_KEY: &str = "cloudsite.fits";
const SEAT_KEY: &str = "cloudsite.seat";
const SESSION_KEY: &str = "cloudsite.session";

fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The address that the page came from, without a path.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Names and values of the address's query, decoded.
pub(crate) fn query_pairs() -> Vec<(String, String)> {
    let query = window().location().search().unwrap_or_default();
    let Ok(params) = UrlSearchParams::new_with_str(&query) else {
        return Vec::new();
    };
    let entries = js_sys::Array::from(&params);
    entries
        .iter()
        .map(|pair| {
            let pair = js_sys::Array::from(&pair);
            (pair.get(0).as_string().unwrap_or_default(), pair.get(1).as_string().unwrap_or_default())
        })
        .collect()
}

/// The page's address with a query, without the server's.
fn address_of(pairs: &[(&'static str, String)]) -> Option<String> {
    let params = UrlSearchParams::new().ok()?;
    for (name, value) in pairs {
        params.append(name, value);
    }
    let query = String::from(params.to_string()).replace("%2C", ",");
    Some(if query.is_empty() { "/".to_owned() } else { format!("/?{query}") })
}

/// Writes a query into the address without leaving the page.
pub(crate) fn replace_query(pairs: &[(&'static str, String)]) {
    let Some(address) = address_of(pairs) else { return };
    if let Ok(history) = window().history() {
        // A browser may refuse when asked too often; the next change writes the address again.
        let _refused = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// The language chosen before, else the first of the browser's that the page speaks, else English.
pub(crate) fn preferred_language(spoken: &[Language]) -> Language {
    let kept = storage().and_then(|storage| storage.get_item(LANGUAGE_KEY).ok().flatten());
    let languages = window().navigator().languages();
    let wished = languages.iter().filter_map(|tag| tag.as_string());
    kept.into_iter()
        .chain(wished)
        .filter_map(|tag| Language::from_tag(&tag))
        .find(|language| spoken.contains(language))
        .unwrap_or(Language::En)
}

/// Keeps the chosen language for the next visit.
pub(crate) fn keep_language(language: Language) {
    if let Some(storage) = storage() {
        // Without room in the storage the choice lasts as long as the page.
        let _full = storage.set_item(LANGUAGE_KEY, language.tag());
    }
}

/// Keeps a park's variants of factories for the next visit.
pub(crate) fn keep_variants(park: &str, variants: &str) {
    if let Some(storage) = storage() {
        // Without room in the storage they last as long as the page.
        let _full = storage.set_item(&format!("{VARIANTS_KEY}.{park}"), variants);
    }
}

/// The variants of a park that were kept.
pub(crate) fn kept_variants(park: &str) -> Option<String> {
    storage()?.get_item(&format!("{VARIANTS_KEY}.{park}")).ok().flatten()
}

/// Tells the browser which language the page is in; the choice of Han variants depends on it.
pub(crate) fn set_document_language(language: Language, title: &str) {
    let tag = if language == Language::Zh { "zh-Hans" } else { language.tag() };
    if let Some(root) = document().document_element() {
        // `lang` is a name that no document refuses.
        let _refused = root.set_attribute("lang", tag);
    }
    document().set_title(title);
}

/// Keeps that there is a session to renew at the next visit, or that there is none.
pub(crate) fn remember_session(is_there: bool) {
    if let Some(storage) = storage() {
        // Without room in the storage one signs in again at the next visit.
        let _full = if is_there { storage.set_item(SESSION_KEY, "1") } else { storage.remove_item(SESSION_KEY) };
    }
}

/// Whether there was a session at the last visit.
pub(crate) fn had_session() -> bool {
    storage().and_then(|storage| storage.get_item(SESSION_KEY).ok().flatten()).is_some()
}

/// Whether someone can see the page.
pub(crate) fn is_visible() -> bool {
    !document().hidden()
}

/// The bytes of a file from `start` to before `end`; none if it cannot be read.
pub(crate) async fn read_piece(file: &File, start: u64, end: u64) -> Option<Vec<u8>> {
    let piece = file.slice_with_f64_and_f64(start as f64, end as f64).ok()?;
    let buffer = JsFuture::from(piece.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Folds in what stands open of an element that folds.
pub(crate) fn fold(css: &str) {
    if let Ok(Some(details)) = document().query_selector(css) {
        // Nothing stands open where it cannot be taken away.
        let _folded = details.remove_attribute("open");
    }
}

/// Lets an element play, or stops it. One that the browser does not let play stays still.
pub(crate) fn play(element: &HtmlMediaElement, plays: bool) {
    if !plays {
        // Nothing is left to play where it cannot be stopped.
        let _stopped = element.pause();
    } else if let Ok(played) = element.play() {
        wasm_bindgen_futures::spawn_local(async move {
            let _refused = JsFuture::from(played).await;
        });
    }
}

/// Whether what is dragged is a file.
pub(crate) fn carries_file(event: &DragEvent) -> bool {
    let kinds = event.data_transfer().map(|data| data.types());
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// The first file that was dropped.
pub(crate) fn dropped_file(event: &DragEvent) -> Option<File> {
    first_file(event.data_transfer()?.files())
}

/// The first file of a list.
pub(crate) fn first_file(files: Option<FileList>) -> Option<File> {
    files?.get(0)
}

/// A name that nobody else has drawn, for as long as the page is open.
pub(crate) fn random_name() -> String {
    let draw = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}", draw(), draw())
}

/// Seconds since 1970.
pub(crate) fn now_secs() -> i64 {
    (js_sys::Date::now() / 1_000.0) as i64
}

/// When a day of the reader's clock ends, seconds since 1970.
pub(crate) fn day_end_secs(year: u32, month: u32, day: u32) -> i64 {
    let midnight = js_sys::Date::new_with_year_month_day(year, month as i32 - 1, day as i32 + 1);
    (midnight.get_time() / 1_000.0) as i64
}

/// Today by the reader's clock, as a date field has it.
pub(crate) fn today() -> String {
    let now = js_sys::Date::new_0();
    format!("{:04}-{:02}-{:02}", now.get_full_year(), now.get_month() + 1, now.get_date())
}

/// The latest day that it is anywhere, as a date field has it: where an organisation is, it may be tomorrow already.
pub(crate) fn latest_day() -> String {
    const FARTHEST_EAST_MS: f64 = 14.0 * 3_600_000.0;
    let there = js_sys::Date::new(&(js_sys::Date::now() + FARTHEST_EAST_MS).into());
    String::from(there.to_iso_string()).chars().take(10).collect()
}

/// A moment, seconds since 1970, by the reader's clock and in a language.
pub(crate) fn date_and_time(secs: i64, language: Language) -> String {
    in_words(secs, language.tag(), &[("dateStyle", "medium"), ("timeStyle", "short")]).unwrap_or_default()
}

/// How a time is written that has to be understood elsewhere.
const LONG: [(&str, &str); 7] = [
    ("weekday", "short"),
    ("year", "numeric"),
    ("month", "short"),
    ("day", "numeric"),
    ("hour", "2-digit"),
    ("minute", "2-digit"),
    ("timeZoneName", "short"),
];

/// The same by the clock of a zone of the IANA time zone database, with the day of the week and the zone's name.
pub(crate) fn date_and_time_in(secs: i64, zone: &str, language: Language) -> String {
    let there = [&LONG[..], &[("timeZone", zone), ("hourCycle", "h23")]].concat();
    in_words(secs, language.tag(), &there).unwrap_or_else(|| date_and_time(secs, language))
}

/// From one moment to another by the clock of a zone, as [`date_and_time_in`] writes it.
pub(crate) fn span_in((start, end): (i64, i64), zone: &str, language: Language) -> String {
    let words = || {
        let format = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let format: js_sys::Function = js_sys::Reflect::get(&format, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
        let there = [&LONG[..], &[("timeZone", zone), ("hourCycle", "h23")]].concat();
        let given = js_sys::Array::of2(&language.tag().into(), &options(&there));
        let format = js_sys::Reflect::construct(&format, &given).ok()?;
        let range: js_sys::Function = js_sys::Reflect::get(&format, &"formatRange".into()).ok()?.dyn_into().ok()?;
        range.call2(&format, &date(start), &date(end)).ok()?.as_string()
    };
    words().unwrap_or_else(|| format!("{} – {}", date_and_time(start, language), time(end, language)))
}

/// The time of a moment by the reader's clock.
pub(crate) fn time(secs: i64, language: Language) -> String {
    in_words(secs, language.tag(), &[("timeStyle", "short")]).unwrap_or_default()
}

/// How far a zone's clock is ahead of UTC at a moment, seconds; 0 for a zone that the browser does not know.
pub(crate) fn zone_offset_secs(secs: i64, zone: &str) -> i64 {
    // Swedish writes dates as ISO 8601 does.
    let shown = in_words(secs, "sv-SE", &[("timeZone", zone), ("dateStyle", "short"), ("timeStyle", "medium")]);
    let clock: Option<jiff::civil::DateTime> = shown.and_then(|shown| shown.parse().ok());
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    clock.map_or(0, |clock| clock.duration_since(epoch).as_secs() - secs)
}

/// The zone of the reader's clock.
pub(crate) fn own_zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::default();
    let zone = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into());
    zone.ok().and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_owned())
}

fn options(of: &[(&str, &str)]) -> js_sys::Object {
    let wished = js_sys::Object::new();
    for (name, value) in of {
        // A plain object takes every name.
        let _taken = js_sys::Reflect::set(&wished, &(*name).into(), &(*value).into());
    }
    wished
}

fn date(secs: i64) -> js_sys::Date {
    js_sys::Date::new(&(secs as f64 * 1_000.0).into())
}

fn in_words(secs: i64, locale: &str, wished: &[(&str, &str)]) -> Option<String> {
    let date = date(secs);
    // By its name: a zone that the browser does not know is refused by an error, which has to be caught.
    let method: js_sys::Function = js_sys::Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into().ok()?;
    method.call2(&date, &locale.into(), &options(wished)).ok()?.as_string()
}

/// Whether the keys that are pressed go into a field.
pub(crate) fn is_typing() -> bool {
    let element = document().active_element();
    element.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Keeps how one comes back to a meeting while this tab is open; none forgets it.
pub(crate) fn keep_seat(seat: Option<&str>) {
    if let Some(storage) = window().session_storage().ok().flatten() {
        // Without room in the storage one comes anew after a reload.
        let _full = match seat {
            Some(seat) => storage.set_item(SEAT_KEY, seat),
            None => storage.remove_item(SEAT_KEY),
        };
    }
}

/// How one comes back to a meeting, if this tab was in one.
pub(crate) fn kept_seat() -> Option<String> {
    window().session_storage().ok().flatten()?.get_item(SEAT_KEY).ok().flatten()
}

/// Takes away what the document showed while the page loaded.
pub(crate) fn clear_placeholder() {
    if let Some(placeholder) = document().get_element_by_id("placeholder") {
        placeholder.remove();
    }
}

/// Puts the address of a query into the clipboard; whether it could.
pub(crate) async fn copy_link(pairs: &[(&'static str, String)]) -> bool {
    copy_text(&format!("{}{}", origin(), address_of(pairs).unwrap_or_default())).await
}

/// Puts a text into the clipboard; whether it could.
pub(crate) async fn copy_text(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Brings an element into sight within what scrolls around it, by as little as that takes.
pub(crate) fn scroll_to(id: &str) {
    scroll(id, ScrollLogicalPosition::Nearest);
}

/// Brings the beginning of an element to the top of what scrolls around it.
pub(crate) fn scroll_to_start(id: &str) {
    scroll(id, ScrollLogicalPosition::Start);
}

fn scroll(id: &str, to: ScrollLogicalPosition) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(to);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// A text among the properties of a GeoJSON feature.
pub(crate) fn property(geojson: &str, name: &str) -> Option<String> {
    let feature = js_sys::JSON::parse(geojson).ok()?;
    let properties = js_sys::Reflect::get(&feature, &"properties".into()).ok()?;
    js_sys::Reflect::get(&properties, &name.into()).ok()?.as_string()
}

/// Whether the window is so narrow that list and card lie over each other; as in the style sheet.
pub(crate) fn is_narrow() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < 900.0)
}

/// Gives an element the keyboard's focus.
pub(crate) fn focus(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // An element that cannot have it leaves the focus where it is.
        let _unfocusable = element.focus();
    }
}
