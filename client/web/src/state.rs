//! What the page knows, as signals. Everything that components and tasks share is in here, but for what only those know
//! who keep the record: that is `keeping`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;
use cloudsite_link::LinkError;
use cloudsite_proto::identity::{Caller, Organisation};
use cloudsite_proto::land::{Parcel, ParcelOrder, Park, Revision, Zone};
use cloudsite_proto::scene::quality::Level;
use cloudsite_proto::scene::{Camera, Statistics};
use cloudsite_proto::siting::{MatchResponse, Relaxation, RouteResponse, WeightInterval};
use leptos::prelude::*;
use web_sys::File;

use crate::fitting::Fitting;
use crate::keeping::Keeping;
use crate::meeting::Meeting;
use crate::pure::brief::{Draft, Refused};
use crate::pure::compare::{Chosen, Compared, floor_of, side_by_side, title};
use crate::pure::facts::code_of;
use crate::pure::filter::Filter;
use crate::pure::meet::Meet;
use crate::pure::number::customary_unit;
use crate::pure::people::{keeps_record, tier_of};
use crate::pure::place::{Place, Poi};
use crate::pure::saved::Shelf;
use crate::pure::seen_as::SeenAs;
use crate::pure::text;
use crate::pure::url_state::UrlState;
use crate::viewer::ViewerState;

/// How the connection to the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Not connected yet.
    Connecting,
    /// Connected; the record is at this revision.
    Connected { revision: u64 },
    /// Not there; tried again after so many seconds.
    Away { retry_in_secs: u64 },
}

/// The parcels that meet the filter, as far as they were loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ParcelList {
    pub(crate) parcels: Vec<Parcel>,
    /// Empty when everything was loaded.
    pub(crate) next_page_token: String,
    /// How many meet the filter altogether.
    pub(crate) total: u32,
    pub(crate) revision: u64,
    /// Whether a first answer was here.
    pub(crate) loaded: bool,
    pub(crate) loading: bool,
    pub(crate) error: Option<LinkError>,
}

/// What the card shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Card {
    /// Asked for.
    Loading,
    /// The parcel, read at this revision.
    Loaded { parcel: Box<Parcel>, revision: u64 },
    /// It could not be loaded.
    Failed(LinkError),
}

/// The revisions of the record, as far as they were loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RevisionList {
    /// Newest first.
    pub(crate) revisions: Vec<Revision>,
    /// Empty when everything was loaded.
    pub(crate) next_page_token: String,
    pub(crate) loading: bool,
    pub(crate) error: Option<LinkError>,
}

/// A parcel that the 3D view has still to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) code: String,
    /// Go there, too.
    pub(crate) fly: bool,
}

/// What the panel shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Finding land.
    #[default]
    Find,
    /// Changes on their way into the record.
    Changes,
    /// What briefs lacked.
    Demand,
}

/// What the server said to the site brief.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matched {
    /// Another answer is on its way.
    pub(crate) loading: bool,
    /// Which row of the brief each criterion of the answer is of.
    pub(crate) rows: Vec<usize>,
    /// None until there is one.
    pub(crate) answer: Option<Result<MatchResponse, LinkError>>,
    /// What of the form it refuses, if it does.
    pub(crate) refused: Option<Refused>,
}

impl Matched {
    /// What musts cost: of floors where floors are asked for, else of parcels.
    pub(crate) fn relaxations(&self, is_of_floors: bool) -> &[Relaxation] {
        let Some(reply) = self.reply() else { return &[] };
        reply.floors.as_ref().filter(|_| is_of_floors).map_or(&reply.relaxations, |floors| &floors.relaxations)
    }

    /// Between which weights the first stays first, likewise.
    pub(crate) fn intervals(&self, is_of_floors: bool) -> &[WeightInterval] {
        let Some(reply) = self.reply() else { return &[] };
        reply.floors.as_ref().filter(|_| is_of_floors).map_or(&reply.intervals, |floors| &floors.intervals)
    }

    /// The answer, if it is one.
    pub(crate) fn reply(&self) -> Option<&MatchResponse> {
        self.answer.as_ref()?.as_ref().ok()
    }
}

/// The camera's tour from place to place for a dossier's pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tour {
    /// Which it is: one that was broken off does not go on with the next.
    pub(crate) number: u32,
    /// Whether it is under way.
    pub(crate) goes: bool,
}

/// Everything that the page knows.
#[derive(Debug)]
pub(crate) struct Signals {
    pub(crate) language: RwSignal<Language>,
    /// The unit that was chosen, if one was.
    pub(crate) chosen_unit: RwSignal<Option<AreaUnit>>,
    pub(crate) quality: RwSignal<Option<Level>>,
    pub(crate) statistics_shown: bool,
    pub(crate) connection: RwSignal<Connection>,
    /// Who is signed in; none is a visitor.
    pub(crate) caller: RwSignal<Option<Caller>>,
    /// Whether the dialog to sign in stands open.
    pub(crate) signing_in: RwSignal<bool>,
    /// The past revision that the page shows; none is the newest.
    pub(crate) as_of: RwSignal<Option<u64>>,
    /// What is known of the past revision that the page shows.
    pub(crate) as_of_revision: RwSignal<Option<Revision>>,
    /// As whom the page looks at the park; none is the reader.
    pub(crate) seen_as: RwSignal<Option<SeenAs>>,
    /// Who can be asked about, once it was asked.
    pub(crate) organisations: RwSignal<Vec<Organisation>>,
    pub(crate) revisions: RwSignal<RevisionList>,
    pub(crate) park: RwSignal<Option<Park>>,
    pub(crate) zones: RwSignal<Vec<Zone>>,
    pub(crate) filter: RwSignal<Filter>,
    pub(crate) order: RwSignal<ParcelOrder>,
    pub(crate) list: RwSignal<ParcelList>,
    /// The site brief, while it stands open in place of the list.
    pub(crate) brief: RwSignal<Option<Draft>>,
    /// Ids of the parcels of the brief's answer that are looked at together; empty if none are.
    pub(crate) joined: RwSignal<Vec<u64>>,
    pub(crate) matched: RwSignal<Matched>,
    /// The parcels that suited before a must last gave way, by name; none once anything else was changed.
    pub(crate) suited_before: RwSignal<Option<BTreeSet<String>>>,
    /// Briefs that are kept.
    pub(crate) shelf: RwSignal<Shelf>,
    /// The places to compare, whether they stand side by side, and those of them that were loaded, by key.
    pub(crate) compared: RwSignal<Chosen>,
    pub(crate) comparing: RwSignal<bool>,
    /// Whether they stand in the 3D view in place of the table.
    pub(crate) split: RwSignal<bool>,
    pub(crate) compared_places: RwSignal<BTreeMap<String, Result<Compared, LinkError>>>,
    /// Ids of all parcels that meet the filter; none while no filter is set.
    pub(crate) highlighted: RwSignal<Option<Vec<u64>>>,
    /// Code of the open parcel.
    pub(crate) selected: RwSignal<Option<String>>,
    pub(crate) wanted: RwSignal<Option<Wanted>>,
    pub(crate) card: RwSignal<Card>,
    /// The ways from the open parcel, once they are here.
    pub(crate) routes: RwSignal<Option<Result<RouteResponse, LinkError>>>,
    /// The destinations to which the way is drawn: the one that was chosen, and the one that is pointed at.
    pub(crate) route_chosen: RwSignal<Option<usize>>,
    pub(crate) route_looked_at: RwSignal<Option<usize>>,
    /// The open zone or point of interest; not while a parcel is open.
    pub(crate) place: RwSignal<Option<Place>>,
    /// The place that the 3D view has still to be shown, and whether to go there.
    pub(crate) wanted_place: RwSignal<Option<(Place, bool)>>,
    /// The points of interest, once one of them was asked for.
    pub(crate) pois: RwSignal<Option<Result<Vec<Poi>, LinkError>>>,
    /// How many parcels of the open zone can be had.
    pub(crate) free_in_zone: RwSignal<Option<u32>>,
    pub(crate) viewer: RwSignal<ViewerState>,
    /// Counts the canvases: each viewer has one of its own.
    pub(crate) canvas: RwSignal<u32>,
    /// How often the viewer had to come back.
    pub(crate) recoveries: StoredValue<u32>,
    pub(crate) camera: RwSignal<Option<Camera>>,
    pub(crate) tour: RwSignal<Tour>,
    /// Tiles loaded and wanted.
    pub(crate) tiles: RwSignal<(u32, u32)>,
    pub(crate) statistics: RwSignal<Option<Statistics>>,
    /// Hours of the park's local time.
    pub(crate) hour: RwSignal<f64>,
    /// Layers that are not drawn.
    pub(crate) hidden_layers: RwSignal<Vec<&'static str>>,
    /// What is said briefly.
    pub(crate) toast: RwSignal<Option<String>>,
    /// On a narrow screen: whether the list stands open.
    pub(crate) sheet_open: RwSignal<bool>,
    /// What the panel shows.
    pub(crate) tab: RwSignal<Tab>,
    /// Name of the open changeset.
    pub(crate) open_changeset: RwSignal<Option<String>>,
    /// The factory that is tried on the open parcel, as a link has it; empty is one to begin with.
    pub(crate) fit: RwSignal<Option<String>>,
    /// The fit test; none until it was fetched.
    pub(crate) fitting: RwSignal<Option<&'static dyn Fitting>>,
    /// The meeting that one comes to or is in.
    pub(crate) meet: RwSignal<Option<Meet>>,
    /// Whether it was looked what meetings there are.
    pub(crate) asks_meetings: RwSignal<bool>,
    /// Meetings; none until they were fetched.
    pub(crate) meeting: RwSignal<Option<&'static dyn Meeting>>,
    /// What those work with who keep the record; none until it was fetched.
    pub(crate) keeping: RwSignal<Option<&'static dyn Keeping>>,
    /// A file that was dropped before that, and when, seconds since 1970.
    pub(crate) held_file: StoredValue<Option<(File, i64)>, LocalStorage>,
}

/// What components and tasks hold on to; a copy is a handle to the same. It lives as long as the document, so that a
/// closure carries one pointer instead of a handle a signal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page(&'static Signals);

impl Deref for Page {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

impl Page {
    /// The page as a link opens it.
    pub(crate) fn new(language: Language, link: &UrlState) -> Self {
        let place = link.place.clone().filter(|_| link.parcel.is_none());
        Self(Box::leak(Box::new(Signals {
            language: RwSignal::new(language),
            chosen_unit: RwSignal::new(link.unit),
            quality: RwSignal::new(link.quality),
            statistics_shown: link.statistics,
            connection: RwSignal::new(Connection::Connecting),
            caller: RwSignal::new(None),
            signing_in: RwSignal::new(false),
            as_of: RwSignal::new(link.revision),
            as_of_revision: RwSignal::new(None),
            seen_as: RwSignal::new(link.seen_as.as_deref().and_then(SeenAs::of_tier)),
            organisations: RwSignal::new(Vec::new()),
            revisions: RwSignal::new(RevisionList::default()),
            park: RwSignal::new(None),
            zones: RwSignal::new(Vec::new()),
            filter: RwSignal::new(Filter::default()),
            order: RwSignal::new(ParcelOrder::Availability),
            list: RwSignal::new(ParcelList::default()),
            brief: RwSignal::new(None),
            joined: RwSignal::new(Vec::new()),
            matched: RwSignal::new(Matched::default()),
            suited_before: RwSignal::new(None),
            shelf: RwSignal::new(Shelf::of_link(link.brief.as_deref())),
            compared: RwSignal::new(link.compare.clone().unwrap_or_default()),
            comparing: RwSignal::new(link.compare.is_some()),
            split: RwSignal::new(link.split && link.compare.is_some()),
            compared_places: RwSignal::new(BTreeMap::new()),
            highlighted: RwSignal::new(None),
            selected: RwSignal::new(link.parcel.clone()),
            wanted: RwSignal::new(link.parcel.clone().map(|code| Wanted { code, fly: link.view.is_none() })),
            card: RwSignal::new(Card::Loading),
            routes: RwSignal::new(None),
            route_chosen: RwSignal::new(None),
            route_looked_at: RwSignal::new(None),
            wanted_place: RwSignal::new(place.clone().map(|place| (place, link.view.is_none()))),
            place: RwSignal::new(place),
            pois: RwSignal::new(None),
            free_in_zone: RwSignal::new(None),
            viewer: RwSignal::new(ViewerState::Absent),
            canvas: RwSignal::new(0),
            recoveries: StoredValue::new(0),
            camera: RwSignal::new(link.view),
            tour: RwSignal::new(Tour::default()),
            tiles: RwSignal::new((0, 0)),
            statistics: RwSignal::new(None),
            hour: RwSignal::new(10.0),
            hidden_layers: RwSignal::new(vec!["mask"]),
            toast: RwSignal::new(None),
            sheet_open: RwSignal::new(link.changeset.is_some()),
            tab: RwSignal::new(if link.changeset.is_some() { Tab::Changes } else { Tab::Find }),
            open_changeset: RwSignal::new(link.changeset.as_ref().map(|id| format!("changesets/{id}"))),
            keeping: RwSignal::new(None),
            fit: RwSignal::new(link.fit.clone().filter(|_| link.parcel.is_some())),
            fitting: RwSignal::new(None),
            meet: RwSignal::new(link.meet.clone()),
            asks_meetings: RwSignal::new(false),
            meeting: RwSignal::new(None),
            held_file: StoredValue::new_local(None),
        })))
    }

    /// The page that the components belong to.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Whether someone is signed in who keeps the record. Follows.
    pub(crate) fn keeps(self) -> bool {
        self.caller.with(|caller| keeps_record(caller.as_ref()))
    }

    /// Whether nobody is signed in who is told more than everyone. Follows.
    pub(crate) fn is_visitor(self) -> bool {
        self.caller.with(|caller| caller.as_ref().is_none_or(|caller| tier_of(caller) == Tier::Public))
    }

    /// Whether the page shows the newest revision as the reader sees it. Follows.
    pub(crate) fn shows_present(self) -> bool {
        self.as_of.with(Option::is_none) && self.seen_tier().is_none()
    }

    /// The tier that the park is seen as, where that is lower than the reader's own. Follows.
    pub(crate) fn seen_tier(self) -> Option<Tier> {
        let own = self.caller.with(|caller| caller.as_ref().map_or(Tier::Public, tier_of));
        self.seen_as.with(|seen| seen.as_ref().map(|seen| seen.tier)).filter(|tier| *tier < own)
    }

    /// What of the record is asked for: the past revision, 0 being the newest, and the lower tier.
    pub(crate) fn asked(self) -> (u64, Option<Tier>) {
        (self.asked_revision(), untrack(|| self.seen_tier()))
    }

    /// The revision to ask for: the past one that the page shows, or 0 for the newest.
    pub(crate) fn asked_revision(self) -> u64 {
        self.as_of.get_untracked().unwrap_or(0)
    }

    /// The unit that areas are shown in.
    pub(crate) fn unit(self) -> AreaUnit {
        self.chosen_unit.get().unwrap_or_else(|| customary_unit(self.language.get()))
    }

    /// The text behind a key in the page's language.
    pub(crate) fn text(self, key: &str) -> String {
        text::text(self.language.get(), key)
    }

    /// The text behind a key with values filled in.
    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        text::fill(self.language.get(), key, values)
    }

    /// A text that follows the page's language.
    pub(crate) fn words(self, key: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
        move || self.text(key)
    }

    /// The park's name in the page's language; empty until it is loaded.
    pub(crate) fn park_name(self) -> String {
        let language = self.language.get();
        self.park.with(|park| park.as_ref().map(|park| text::best_name(&park.names, language)).unwrap_or_default())
    }

    /// Whether the brief asks what only floors have. Follows.
    pub(crate) fn asks_for_floors(self) -> bool {
        self.brief.with(|brief| brief.as_ref().is_some_and(Draft::is_of_floors))
    }

    /// Whether places stand side by side in the 3D view. Follows.
    pub(crate) fn is_split(self) -> bool {
        self.comparing.get() && self.split.get()
    }

    /// The places that can stand there; none while one is still awaited. Follows.
    pub(crate) fn side_by_side(self) -> Option<Vec<Compared>> {
        self.compared.with(|chosen| {
            self.compared_places.with(|loaded| Some(side_by_side(chosen, loaded)?.into_iter().cloned().collect()))
        })
    }

    /// What a place that can be compared is called, by its key. Follows.
    pub(crate) fn title(self, key: &str) -> String {
        title(key, self.language.get())
    }

    /// Leaves the comparison for a place of it, by its key: for the parcel, of a floor for the one that its building stands
    /// on, where that is told.
    pub(crate) fn open_compared(self, key: &str) {
        self.stop_comparing();
        self.joined.set(self.compared_places.with_untracked(|places| match places.get(key) {
            Some(Ok(Compared::Joined(joined))) => joined.ids(),
            _ => Vec::new(),
        }));
        let parcel = self.compared_places.with_untracked(|places| match places.get(key) {
            Some(Ok(place)) => place.parcel().map(str::to_owned),
            Some(Err(_)) | None => Some(key.to_owned()).filter(|key| floor_of(key).is_none()),
        });
        if let Some(parcel) = parcel {
            self.open(&parcel);
        }
    }

    /// Ends the comparison; what was chosen stays so.
    pub(crate) fn stop_comparing(self) {
        self.comparing.set(false);
        self.split.set(false);
    }

    /// Opens a parcel's card and shows it in the 3D view.
    pub(crate) fn open(self, code: &str) {
        self.selected.set(Some(code.to_owned()));
        self.wanted.set(Some(Wanted { code: code.to_owned(), fly: true }));
        self.sheet_open.set(false);
    }

    /// Opens the card of a zone or a point of interest and shows it in the 3D view.
    pub(crate) fn show(self, place: Place) {
        self.selected.set(None);
        self.wanted_place.set(Some((place.clone(), true)));
        self.place.set(Some(place));
        self.sheet_open.set(false);
    }

    /// Takes the camera from a tour; whether there was one.
    pub(crate) fn take_camera(self) -> bool {
        let goes = self.tour.with_untracked(|tour| tour.goes);
        if goes {
            self.tour.update(|tour| tour.goes = false);
        }
        goes
    }

    /// Whether the camera must stay where it is: somebody works by it. Follows.
    pub(crate) fn holds_camera(self) -> bool {
        // In a meeting others may see by it.
        self.meet.with(Option::is_some) || self.is_split() || self.fit.with(Option::is_some)
    }

    /// Closes whatever card is open.
    pub(crate) fn close_card(self) {
        self.selected.set(None);
        self.place.set(None);
    }

    /// Whether a card is open.
    pub(crate) fn has_card(self) -> bool {
        self.selected.with(Option::is_some) || self.place.with(Option::is_some)
    }

    /// An error in plain words.
    pub(crate) fn explain(self, error: &LinkError) -> String {
        match error {
            LinkError::Unreachable { .. } => self.text("error.unreachable"),
            LinkError::NotFound { .. } => self.text("error.not_found"),
            LinkError::Invalid { reason, .. } => self.fill("error.invalid", &[("reason", reason)]),
            LinkError::SignInRequired { .. } => self.text("error.sign_in_required"),
            LinkError::Denied { code, .. } if code == "TWO_PERSONS" => self.text("error.two_persons"),
            LinkError::Denied { .. } => self.text("error.denied"),
            LinkError::Conflict { code, .. } if code == "CONFLICT" => self.text("error.merge"),
            LinkError::Conflict { .. } => self.text("error.conflict"),
            LinkError::Busy { .. } => self.text("error.busy"),
            LinkError::NotNow { code, reason } => match code.as_str() {
                "STATE" => self.text("error.state"),
                "PROBLEMS" => self.text("error.problems"),
                _ => self.fill("error.invalid", &[("reason", reason)]),
            },
            LinkError::Internal { .. } => self.text("error.internal"),
        }
    }

    /// What a link to this state says.
    pub(crate) fn link(self) -> UrlState {
        UrlState {
            parcel: self.selected.get(),
            place: self.place.get(),
            view: self.camera.get(),
            revision: self.as_of.get(),
            seen_as: self.seen_as.with(|seen| seen.as_ref().map(|seen| seen.tier.to_string())),
            fit: self.fit.get().filter(|fit| !fit.is_empty()),
            changeset: self.open_changeset.with(|open| open.as_deref().map(|name| code_of(name).to_owned())),
            brief: self.shelf.with(Shelf::id),
            compare: self.comparing.get().then(|| self.compared.get()),
            split: self.is_split(),
            meet: self.meet.get(),
            language: Some(self.language.get()),
            quality: self.quality.get(),
            unit: self.chosen_unit.get(),
            statistics: self.statistics_shown,
        }
    }
}
