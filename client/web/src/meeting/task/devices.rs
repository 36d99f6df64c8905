//! Camera, microphone and screen.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::meeting::attending::Attending;
use crate::meeting::hall::{Phase, Switches};
use crate::meeting::media::{self, Own};
use crate::meeting::pure::words::trouble_key;

/// How often the level of the microphone is shown anew.
const LEVEL_EVERY: Duration = Duration::from_millis(100);

impl Attending {
    /// Knows which cameras and microphones there are.
    pub(in crate::meeting) fn follow_devices(self) {
        media::on_devices(move || self.load_devices());
        self.load_devices();
    }

    fn load_devices(self) {
        spawn_local(async move { self.hall.devices.set(media::devices().await) });
    }

    /// Begins to send something of oneself, or ends it.
    pub(in crate::meeting) fn switch(self, own: Own, on: bool) {
        let hall = self.hall;
        hall.troubles.update(|troubles| troubles.retain(|of, _| *of != own.word()));
        if !on {
            media::forgo(own);
            hall.switches.update(|switches| switches.set(own, false));
            return;
        }
        let device = match own {
            Own::Camera => hall.camera.get_untracked(),
            Own::Microphone => hall.microphone.get_untracked(),
            Own::Screen => String::new(),
        };
        spawn_local(async move {
            let ended = move |own| hall.switches.update(|switches| switches.set(own, false));
            match media::capture(own, &device, ended).await {
                Ok(()) => {
                    hall.switches.update(|switches| switches.set(own, true));
                    // Names are told once something was allowed.
                    self.load_devices();
                }
                // Switched off meanwhile, or asked for anew.
                Err(name) if name == media::FORGONE => {}
                Err(name) => self.say_trouble(own, &name),
            }
        });
    }

    /// Sends nothing of oneself any more; whether something was sent until now.
    pub(in crate::meeting) fn stop_sending(self) -> bool {
        let was = self.hall.switches.get_untracked();
        for own in Own::ALL {
            media::forgo(own);
        }
        self.hall.switches.set(Switches::default());
        was != Switches::default()
    }

    /// Takes another device: if that is what is sent, or to begin with it.
    pub(in crate::meeting) fn choose(self, own: Own, device: String, begins: bool) {
        match own {
            Own::Camera => self.hall.camera.set(device),
            Own::Microphone => self.hall.microphone.set(device),
            Own::Screen => return,
        }
        if begins || self.hall.switches.get_untracked().of(own) {
            self.switch(own, true);
        }
    }

    fn say_trouble(self, own: Own, name: &str) {
        // Whoever closes the choice of a screen has refused nothing.
        if own == Own::Screen && name == "NotAllowedError" {
            return;
        }
        let key = trouble_key(name);
        self.hall.switches.update(|switches| switches.set(own, false));
        self.hall.troubles.update(|troubles| troubles.extend([(own.word(), key)]));
        if untrack(|| self.hall.is_inside()) {
            let page = self.page;
            let what = untrack(|| page.text(&format!("meeting.own.{}", own.word())));
            page.toast.set(Some(untrack(|| page.fill(key, &[("what", &what)]))));
        }
    }

    /// Shows how loud the own microphone is, while someone looks at it.
    pub(in crate::meeting) fn follow_level(self) {
        let hall = self.hall;
        let is_shown = Memo::new(move |_| {
            let is_there = hall.phase.with(|phase| matches!(phase, Phase::Checking | Phase::Inside));
            is_there && hall.switches.get().microphone
        });
        Effect::new(move |_| {
            if !is_shown.get() {
                return hall.level.set(0.0);
            }
            spawn_local(async move {
                while is_shown.try_get_untracked() == Some(true) {
                    let level = media::level();
                    if (hall.level.get_untracked() - level).abs() > 0.02 {
                        hall.level.set(level);
                    }
                    sleep(LEVEL_EVERY).await;
                }
            });
        });
    }
}
