//! Where the page's module is split.

#![expect(clippy::unnecessary_wraps, reason = "what is split off fails where it is fetched, before it runs")]

use cloudsite_proto::land::Park;
use cloudsite_proto::siting::Variant;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::fitter::Fitter;
use super::pure::kept::kept;
use crate::state::Page;
use crate::task::Loader;

/// Fetches the fit test and puts it on the page; `owner` is whose end ends it.
///
/// # Errors
/// It could not be fetched; another call tries again.
#[wasm_split(fitting, fallible)]
pub(crate) fn open(page: Page, loader: Loader, owner: Owner) -> Result<(), SplitLoaderError> {
    let fitter = owner.with(|| Fitter::new(page, loader));
    page.fitting.set(Some(Box::leak(Box::new(fitter))));
    Ok(())
}

/// The factories that the browser keeps in `text` for parcels with these codes, as a dossier takes them.
///
/// # Errors
/// As of [`open`].
#[wasm_split(fitting, fallible)]
pub(crate) fn read_kept(text: String, codes: Vec<String>, park: Park) -> Result<Vec<Variant>, SplitLoaderError> {
    Ok(kept(&text, &codes, &park))
}
