//! What stands behind [`Fitting`].

use cloudsite_domain::siting::massing::{Block, Blocks, InvalidMassing, Massing, PartKind, Proposal, Site};
use cloudsite_proto::scene::{self, MassingMoved, OverlayArea};
use geo_types::Coord;
use leptos::prelude::*;

use super::Fitting;
use super::components::FitCard;
use super::pure::drawn::{drawn, shade};
use super::pure::refusal::{Refusal, Typed};
use super::trial::Trial;
use crate::state::Page;
use crate::task::Loader;

/// Tries a factory: what components and tasks of this folder hold on to. A copy is a handle to the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fitter {
    pub(super) page: Page,
    pub(super) trial: &'static Trial,
    pub(super) loader: Loader,
    /// Counts what is counted of the sun, so that only the newest is taken.
    pub(super) sun_number: StoredValue<u32>,
}

impl Fitter {
    /// Begins to follow what is open.
    pub(super) fn new(page: Page, loader: Loader) -> Self {
        let trial: &'static Trial = Box::leak(Box::new(Trial::new()));
        let fitter = Self { page, trial, loader, sun_number: StoredValue::new(0) };
        fitter.follow_parcel();
        fitter.follow_sun();
        fitter
    }

    /// Of whom the components belong to.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The factory that stands there now.
    pub(super) fn now(self) -> Option<Massing> {
        self.trial.massing.get_untracked()
    }

    /// Puts another factory there, if it is one: judges it, draws it and says it in the link.
    pub(super) fn put(self, massing: Option<Massing>) {
        let trial = self.trial;
        trial.refusal.set(None);
        let Some(massing) = massing else { return };
        trial.ground.with_untracked(|ground| {
            if let Some(ground) = ground {
                trial.findings.update(|findings| ground.site.judge(&massing, findings));
            }
        });
        self.page.fit.set(Some(massing.to_string()));
        trial.massing.set(Some(massing));
    }

    /// Puts another factory there, or says why there cannot be one; `typed` is what it was made of.
    fn attempt(self, massing: Result<Massing, InvalidMassing>, typed: Option<Typed>) {
        match massing {
            Ok(massing) => self.put(Some(massing)),
            Err(problem) => self.trial.refusal.set(Refusal::of(&problem, typed)),
        }
    }

    /// Moves it by metres on the ground and turns it to the left by degrees.
    pub(super) fn nudge(self, by: Coord, degrees: f64) {
        let Some(massing) = self.now() else { return };
        let (at, angle) = (massing.at() + by, massing.angle_rad() + degrees.to_radians());
        self.attempt(massing.moved(at, angle), None);
    }

    /// Turns it to an angle, degrees to the left.
    pub(super) fn turn(self, degrees: f64) {
        let Some(massing) = self.now() else { return };
        let at = massing.at();
        self.attempt(massing.moved(at, degrees.to_radians()), None);
    }

    /// Gives a part another size, or takes it away.
    pub(super) fn resize(self, kind: PartKind, block: Option<Block>, typed: Option<Typed>) {
        let Some(massing) = self.now() else { return };
        let mut blocks = Blocks::of_massing(&massing);
        blocks.set(kind, block);
        self.attempt(blocks.massing(massing.at(), massing.angle_rad()), typed);
    }

    /// Puts what a parcel proposes in its place; `nowhere` is the key of what is said if there is nothing.
    pub(super) fn propose(self, nowhere: &'static str, of: fn(&Site, &Massing) -> Proposal) {
        let Some(massing) = self.now() else { return };
        let proposal =
            self.trial.ground.with_untracked(|ground| ground.as_ref().map(|ground| of(&ground.site, &massing)));
        match proposal {
            Some(Proposal::Found(massing)) => self.put(Some(massing)),
            Some(Proposal::Nowhere) => self.trial.refusal.set(Some(Refusal::Nothing(nowhere))),
            Some(Proposal::Untried) => self.trial.refusal.set(Some(Refusal::Nothing("fit.untried"))),
            None => {}
        }
    }
}

impl Fitting for Fitter {
    fn card(&self) -> AnyView {
        provide_context(*self);
        view! { <FitCard /> }.into_any()
    }

    fn massing(&self) -> scene::Massing {
        let is_open = self.page.fit.with(Option::is_some);
        let drawn = self.trial.massing.with(|massing| {
            massing.as_ref().filter(|_| is_open).map(|massing| self.trial.findings.with(|found| drawn(massing, found)))
        });
        drawn.unwrap_or_default()
    }

    fn overlay(&self) -> Vec<OverlayArea> {
        if self.page.fit.with(Option::is_none) {
            return Vec::new();
        }
        self.trial.shine.with(|shine| shine.as_ref().map(shade).unwrap_or_default())
    }

    fn declination_deg(&self) -> Option<f64> {
        let is_open = self.page.fit.with(Option::is_some);
        self.trial.shine.with(|shine| shine.as_ref().filter(|_| is_open).map(|shine| shine.declination_deg))
    }

    fn show(&self, fit: &str) {
        self.put(fit.parse().ok());
    }

    /// A part that is pulled gets its size, and the others stand beside it as before; when it is the hall, its opposite wall
    /// stays where it is.
    fn hear(&self, moved: MassingMoved) {
        let Some(massing) = self.now() else { return };
        let (at, angle) = (Coord { x: moved.east_m, y: moved.north_m }, moved.angle_deg.to_radians());
        let Some(part) = moved.part else { return self.attempt(massing.moved(at, angle), None) };
        let Some(kind) = massing.parts().get(part as usize).map(|part| part.kind) else { return };
        let mut blocks = Blocks::of_massing(&massing);
        if let Some(block) = blocks.of(kind) {
            let round = |side_m: f64| (side_m * 10.0).round() / 10.0;
            let block = Block { width_m: round(moved.width_m), depth_m: round(moved.depth_m), ..block };
            blocks.set(kind, Some(block));
        }
        let at = if kind == PartKind::Hall { at } else { massing.at() };
        self.attempt(blocks.massing(at, massing.angle_rad()), None);
    }
}
