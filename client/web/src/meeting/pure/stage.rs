//! Who is shown large, and how those are laid out whom one sees.

use super::tiles::Tile;

/// How those are laid out whom one sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A strip beside the park; large is who was chosen by hand.
    #[default]
    Strip,
    /// The strip, and large whoever speaks.
    Speaker,
    /// All of them over the park.
    Grid,
}

impl Layout {
    /// All of them, in the order in which a key goes through them.
    pub(crate) const ALL: [Self; 3] = [Self::Strip, Self::Speaker, Self::Grid];

    /// The one after it.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Strip => Self::Speaker,
            Self::Speaker => Self::Grid,
            Self::Grid => Self::Strip,
        }
    }

    /// The key of its name.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Strip => "meeting.layout.strip",
            Self::Speaker => "meeting.layout.speaker",
            Self::Grid => "meeting.layout.grid",
        }
    }

    /// Its name for style and tests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Strip => "strip",
            Self::Speaker => "speaker",
            Self::Grid => "grid",
        }
    }
}

/// How long whoever speaks stays large after their last word, milliseconds: a cough or a yes of someone else takes nobody's
/// place.
const HOLD_MS: f64 = 2_000.0;

/// The one of the others who speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Speaker {
    pub(crate) person: Option<u32>,
    /// When they were last heard, milliseconds of the page's clock.
    heard_ms: f64,
}

impl Speaker {
    /// These are heard now, the loudest or first first.
    pub(crate) fn hear(&mut self, speaking: &[u32], now_ms: f64) {
        if self.person.is_some_and(|person| speaking.contains(&person)) {
            self.heard_ms = now_ms;
            return;
        }
        let Some(next) = speaking.first() else { return };
        if self.person.is_none() || (now_ms - self.heard_ms).abs() >= HOLD_MS {
            *self = Self { person: Some(*next), heard_ms: now_ms };
        }
    }
}

/// The picture that is shown large: the one that was chosen by hand, or in the view of the speaker a screen, else whoever
/// speaks, else somebody.
pub(crate) fn large(
    layout: Layout,
    chosen: Option<Tile>,
    speaker: Option<u32>,
    there: &[Tile],
    own: u32,
) -> Option<Tile> {
    let is_there = |tile: &Tile| there.contains(tile);
    match layout {
        Layout::Grid => None,
        Layout::Strip => chosen.filter(is_there),
        Layout::Speaker => {
            let of_speaker = speaker.map(|participant| Tile { participant, is_screen: false });
            let others = || there.iter().filter(|tile| tile.participant != own);
            chosen
                .filter(is_there)
                .or_else(|| others().find(|tile| tile.is_screen).copied())
                .or_else(|| of_speaker.filter(is_there))
                .or_else(|| others().next().copied())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_picture_follows_who_speaks_and_not_who_coughs() {
        let mut speaker = Speaker::default();
        let mut at = |now_ms, speaking: &[u32]| {
            speaker.hear(speaking, now_ms);
            speaker.person
        };
        assert_eq!(at(0.0, &[]), None);
        assert_eq!(at(100.0, &[4]), Some(4), "the first is large at once");
        assert_eq!(at(900.0, &[7, 4]), Some(4));
        assert_eq!(at(1_500.0, &[7]), Some(4), "a word in between");
        assert_eq!(at(2_000.0, &[4]), Some(4));
        assert_eq!(at(3_900.0, &[7]), Some(4));
        assert_eq!(at(4_000.0, &[7]), Some(7), "nothing was heard of the other for as long");
        assert_eq!(at(60_000.0, &[]), Some(7), "in a silence nobody is taken away");
        assert_eq!(at(60_100.0, &[5]), Some(5));
    }

    #[test]
    fn what_was_chosen_by_hand_stays_and_a_screen_goes_before_who_speaks() {
        let face = |participant| Tile { participant, is_screen: false };
        let screen = Tile { participant: 3, is_screen: true };
        let there = [face(1), face(2), face(3), face(9)];
        let shared = [&[screen][..], &there].concat();
        let cases = [
            (Layout::Strip, None, Some(2), &there[..], None),
            (Layout::Strip, Some(face(3)), Some(2), &there[..], Some(face(3))),
            (Layout::Strip, Some(face(8)), Some(2), &there[..], None),
            (Layout::Speaker, None, Some(2), &there[..], Some(face(2))),
            (Layout::Speaker, Some(face(3)), Some(2), &there[..], Some(face(3))),
            (Layout::Speaker, Some(face(8)), Some(2), &there[..], Some(face(2))),
            (Layout::Speaker, None, Some(8), &there[..], Some(face(1))),
            (Layout::Speaker, None, Some(2), &shared[..], Some(screen)),
            (Layout::Speaker, None, None, &there[3..], None),
            (Layout::Grid, Some(face(3)), Some(2), &there[..], None),
        ];
        for (layout, chosen, speaker, there, expected) in cases {
            let case = format!("{layout:?} {chosen:?} {speaker:?}");
            assert_eq!(large(layout, chosen, speaker, there, 9), expected, "{case}");
        }
    }

    #[test]
    fn a_key_goes_through_all_layouts() {
        assert_eq!(Layout::ALL.map(Layout::next), [Layout::Speaker, Layout::Grid, Layout::Strip]);
    }
}
