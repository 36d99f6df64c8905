//! Where the page's module is split.

#![expect(clippy::unnecessary_wraps, reason = "what is split off fails where it is fetched, before it runs")]

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::attending::Attending;
use crate::state::Page;
use crate::task::Loader;

/// Fetches meetings and puts them on the page; `owner` is whose end ends them.
///
/// # Errors
/// They could not be fetched; another call tries again.
#[wasm_split(meeting, fallible)]
pub(crate) fn open(page: Page, loader: Loader, owner: Owner) -> Result<(), SplitLoaderError> {
    let attending = owner.with(|| Attending::new(page, loader));
    page.meeting.set(Some(Box::leak(Box::new(attending))));
    Ok(())
}
