//! One view for all: whoever leads shows it, and the others' pages follow it unless they look around alone.

use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{Lead, Roam};
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_proto::scene::{AsOf, Camera, Compare, Layers, Massing, Select, TimeOfDay};
use gloo_timers::future::sleep;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use prost::Message;

use crate::browser;
use crate::fitting::Fitting;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Followed;
use crate::meeting::pure::led::{Shown, fit, hidden, is_same_view};
use crate::meeting::pure::pace::{Pace, Say};
use crate::meeting::pure::park::around;
use crate::meeting::pure::seen::Seen;
use crate::pure::camera::compared;
use crate::pure::compare::Chosen;
use crate::pure::place::Place;
use crate::pure::seen_as::SeenAs;
use crate::state::{Page, Wanted};
use crate::viewer::{LAYERS, ViewerState, look, report_movements};

/// How long after a camera was followed the viewer may still be on its way there.
const FLIGHT_MS: f64 = 4_000.0;

/// The most often that a camera is said.
const CAMERA_EVERY: Duration = Duration::from_millis(67);

impl Attending {
    /// Shows the others what the page shows, while one leads; and says where one looks from otherwise.
    pub(in crate::meeting) fn follow_own_view(self) {
        let (page, hall) = (self.page, self.hall);
        let leads = Memo::new(move |_| hall.is_inside() && hall.seen.with(Seen::leads));
        self.show_while(leads, move || Scene::AsOf(as_of(page)));
        self.show_while(leads, move || Scene::Layers(layers(page)));
        self.show_while(leads, move || Scene::TimeOfDay(time_of_day(page)));
        self.show_while(leads, move || Scene::Select(select(page)));
        self.show_while(leads, move || Scene::Massing(massing(page)));
        self.show_while(leads, move || Scene::Compare(shown_places(page)));
        Effect::new(move |told: Option<bool>| {
            let wanted = page.viewer.with(|viewer| *viewer == ViewerState::Running) && leads.get();
            if told.unwrap_or_default() != wanted {
                report_movements(wanted);
            }
            wanted
        });
        self.follow_own_camera();
    }

    /// Says something of the page when it changes; what is dragged not with every frame, but where it is let go in any case.
    fn show_while(self, leads: Memo<bool>, event: impl Fn() -> Scene + Copy + Send + Sync + 'static) {
        let pace = StoredValue::new(Pace::default());
        let said = StoredValue::new(None::<Vec<u8>>);
        let say = move || {
            let event = event();
            let bytes = cloudsite_proto::scene::SceneEvent { event: Some(event.clone()) }.encode_to_vec();
            if said.with_value(|said| said.as_ref() != Some(&bytes)) {
                said.set_value(Some(bytes));
                self.say_scene(event);
            }
        };
        Effect::new(move |_| {
            if !leads.get() {
                return said.set_value(None);
            }
            // What it is said of is followed, whether or not it is said now.
            let _shown = event();
            match pace.try_update_value(|pace| pace.change(js_sys::Date::now())) {
                Some(Say::Now) => untrack(say),
                Some(Say::After(wait_ms)) => spawn_local(async move {
                    sleep(Duration::from_secs_f64(wait_ms / 1_000.0)).await;
                    pace.update_value(Pace::said);
                    if leads.try_get_untracked() == Some(true) {
                        untrack(say);
                    }
                }),
                Some(Say::Waits) | None => {}
            }
        });
    }

    /// Shows everything again, for whom it was not shown yet.
    pub(in crate::meeting) fn show_all(self) {
        let page = self.page;
        if !self.hall.seen.with_untracked(Seen::leads) {
            return;
        }
        untrack(|| {
            self.say_scene(Scene::AsOf(as_of(page)));
            self.say_scene(Scene::Layers(layers(page)));
            self.say_scene(Scene::TimeOfDay(time_of_day(page)));
            self.say_scene(Scene::Select(select(page)));
            self.say_scene(Scene::Massing(massing(page)));
            self.say_scene(Scene::Compare(shown_places(page)));
            if let Some(camera) = page.camera.get() {
                self.say_scene(Scene::Camera(camera));
            }
        });
    }

    /// Says where the own camera is, at most so often, and the last place in any case.
    fn follow_own_camera(self) {
        let (page, hall) = (self.page, self.hall);
        let is_due = StoredValue::new(true);
        let says =
            Memo::new(move |_| hall.is_inside() && hall.seen.with(|seen| seen.is_seen_in_park() && !seen.follows()));
        let around = Memo::new(move |_| hall.seen.with(around));
        Effect::new(move |_| {
            // Whoever takes the lead says it again: the meeting keeps what is led only. So does everyone to whoever comes.
            around.track();
            let camera = page.camera.get();
            if !says.get() || camera.is_none() || !is_due.get_value() {
                return;
            }
            is_due.set_value(false);
            spawn_local(async move {
                sleep(CAMERA_EVERY).await;
                is_due.set_value(true);
                if let Some(camera) = page.camera.get_untracked().filter(|_| says.get_untracked()) {
                    self.say_scene(Scene::Camera(camera));
                }
            });
        });
    }

    /// Takes what someone shows: notes it, and shows it if they lead, unless one looks around alone.
    pub(in crate::meeting) fn be_shown(self, from: u32, event: Scene) {
        let is_led = self.hall.shown.try_update_value(|shown| shown.note(from, event.clone())).unwrap_or_default();
        if is_led && self.hall.seen.with_untracked(Seen::follows) {
            self.see(&event);
        }
    }

    /// Knows who leads and who is there. If another leads, what was shown before is over, and what they have shown is seen.
    pub(in crate::meeting) fn follow_leader(self) {
        let (before, leader) =
            (self.hall.shown.with_value(Shown::leader), self.hall.seen.with_untracked(|seen| seen.state.leader));
        self.hall.shown.update_value(|shown| {
            shown.lead_by(leader);
            shown.keep(|id| self.hall.seen.with_untracked(|seen| seen.person(id).is_some()));
        });
        if before != leader {
            self.hall.followed.set_value(None);
            if self.hall.seen.with_untracked(Seen::follows) {
                self.see_all();
            }
        }
    }

    /// Sees all that is led.
    fn see_all(self) {
        for event in self.hall.shown.with_value(|shown| shown.led().clone()).all() {
            self.see(event);
        }
    }

    /// Takes the lead, or gives it up.
    pub(in crate::meeting) fn lead(self, stop: bool) {
        self.tell(Which::Lead(Lead { stop }));
    }

    /// Looks around alone from now on.
    pub(in crate::meeting) fn roam(self) {
        if self.hall.seen.with_untracked(Seen::follows) {
            // At once: the next camera of whoever leads would take the view back before the meeting has answered.
            self.set_free(true);
            self.tell(Which::Roam(Roam { free: true }));
        }
    }

    /// Goes back to where whoever leads is.
    pub(in crate::meeting) fn rejoin(self) {
        self.set_free(false);
        self.tell(Which::Roam(Roam { free: false }));
        self.hall.followed.set_value(None);
        self.see_all();
    }

    fn set_free(self, free: bool) {
        self.hall.seen.update(|seen| {
            let own = seen.own;
            if let Some(me) = seen.state.people.iter_mut().find(|person| person.id == own) {
                me.free = free;
            }
        });
    }

    /// Sees on this page what someone has shown.
    pub(in crate::meeting) fn see(self, event: &Scene) {
        let page = self.page;
        match event {
            Scene::Camera(camera) => self.look_along(*camera),
            Scene::Select(select) => see_selection(page, select),
            Scene::Layers(layers) => page.hidden_layers.update(|before| *before = hidden(&LAYERS, before, layers)),
            Scene::TimeOfDay(time) if (0.0..=24.0).contains(&time.hour) => page.hour.set(time.hour),
            Scene::AsOf(as_of) => see_time(page, as_of),
            Scene::Compare(compare) => see_places(page, compare),
            Scene::Massing(massing) => see_factory(page, massing),
            _ => {}
        }
    }

    /// Looks where whoever leads looks: flies there first, and goes along from then on.
    fn look_along(self, camera: Camera) {
        let is_first = self.hall.followed.with_value(Option::is_none);
        self.hall.followed.set_value(Some(Followed { camera, at_ms: js_sys::Date::now() }));
        if self.page.viewer.with_untracked(|viewer| *viewer != ViewerState::Running) {
            // It begins there.
            return self.page.camera.set(Some(camera));
        }
        look(self.page, Camera { fly: true, follow: !is_first, ..camera });
    }

    /// Sees the own camera moved by whatever is no hand in the park: whoever does so looks around alone.
    pub(in crate::meeting) fn follow_hands(self) {
        // Buttons, the list, a link in the chat.
        Effect::new(move |_| {
            let Some(camera) = self.page.camera.get() else { return };
            // On its way it is where nobody has put it; a slow machine is long on its way.
            if camera.moving {
                return;
            }
            let followed = self.hall.followed.get_value();
            let is_elsewhere = followed.is_some_and(|followed| {
                js_sys::Date::now() - followed.at_ms > FLIGHT_MS && !is_same_view(&followed.camera, &camera)
            });
            if is_elsewhere && !untrack(|| self.page.is_split()) {
                self.roam();
            }
        });
    }

    /// Hears of the keys that go back to whoever leads, lay out pictures anew, and turn an interpreter round.
    pub(in crate::meeting) fn follow_keys(self) {
        window_event_listener(ev::keydown, move |event| {
            let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat());
            if !is_plain || browser::is_typing() || !untrack(|| self.hall.is_inside()) {
                return;
            }
            if event.key().eq_ignore_ascii_case("v") {
                self.hall.layout.update(|layout| *layout = layout.next());
            } else if event.key().eq_ignore_ascii_case("t") {
                self.turn();
            }
            let leads_back = self.hall.seen.with_untracked(|seen| seen.state.leader != 0 && !seen.leads());
            if event.key().eq_ignore_ascii_case("b") && leads_back {
                self.rejoin();
            }
        });
    }
}

fn as_of(page: Page) -> AsOf {
    let tier = page.seen_tier().map(|tier| tier.to_string()).unwrap_or_default();
    AsOf { revision: page.as_of.get().unwrap_or(0), tier }
}

fn layers(page: Page) -> Layers {
    let hidden = page.hidden_layers.get();
    Layers { visible: LAYERS.iter().map(|layer| ((*layer).to_owned(), !hidden.contains(layer))).collect() }
}

fn time_of_day(page: Page) -> TimeOfDay {
    TimeOfDay { hour: page.hour.get(), declination_deg: page.fitting.get().and_then(Fitting::declination_deg) }
}

fn select(page: Page) -> Select {
    let place = page.place.get();
    let open = page.selected.get().map(|code| ("parcel", code));
    let open = open.or_else(|| place.map(|place| (place.layer(), place.code().to_owned())));
    open.map_or_else(Select::default, |(layer, code)| Select { layer: layer.to_owned(), code, ..Select::default() })
}

fn massing(page: Page) -> Massing {
    page.fitting.get().map(Fitting::massing).unwrap_or_default()
}

/// The places that stand side by side in the 3D view.
fn shown_places(page: Page) -> Compare {
    let is_split = page.is_split();
    let places = page.side_by_side().filter(|_| is_split);
    let told = places.and_then(|places| page.park.with(|park| park.as_ref().map(|park| compared(park, &places))));
    told.unwrap_or_default()
}

fn see_selection(page: Page, select: &Select) {
    if select.layer == "parcel" && !select.code.is_empty() {
        if page.selected.get_untracked().as_ref() != Some(&select.code) {
            page.place.set(None);
            page.selected.set(Some(select.code.clone()));
            page.wanted.set(Some(Wanted { code: select.code.clone(), fly: false }));
        }
    } else if let Some(place) = Place::in_layer(&select.layer, &select.code) {
        if page.place.get_untracked().as_ref() != Some(&place) {
            page.selected.set(None);
            page.wanted_place.set(Some((place.clone(), false)));
            page.place.set(Some(place));
        }
    } else if untrack(|| page.has_card()) {
        page.close_card();
    }
}

fn see_time(page: Page, as_of: &AsOf) {
    let revision = (as_of.revision > 0).then_some(as_of.revision);
    if page.as_of.get_untracked() != revision {
        page.as_of.set(revision);
    }
    let seen_as = SeenAs::of_tier(&as_of.tier);
    if page
        .seen_as
        .with_untracked(|known| known.as_ref().map(|known| known.tier) != seen_as.as_ref().map(|as_| as_.tier))
    {
        page.seen_as.set(seen_as);
    }
}

fn see_places(page: Page, compare: &Compare) {
    if compare.codes.len() < 2 {
        if untrack(|| page.is_split()) {
            page.stop_comparing();
        }
        return;
    }
    page.compared.set(Chosen::of(compare.codes.iter().cloned()));
    page.comparing.set(true);
    page.split.set(true);
}

fn see_factory(page: Page, massing: &Massing) {
    let fit = fit(massing);
    spawn_local(async move {
        // A parcel that is opened puts away the factory of the one before; this one comes after that.
        sleep(Duration::ZERO).await;
        match (page.fitting.get_untracked(), fit) {
            (_, None) => {
                if page.fit.with_untracked(Option::is_some) {
                    page.fit.set(None);
                }
            }
            (Some(fitting), Some(fit)) if page.fit.with_untracked(Option::is_some) => fitting.show(&fit),
            (_, Some(fit)) => page.fit.set(Some(fit)),
        }
    });
}
