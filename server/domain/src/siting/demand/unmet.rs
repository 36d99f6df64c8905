//! What refused a brief, or kept it out of places of a zone.

use std::collections::BTreeMap;

use super::{Class, Scope, Subject, class};
use crate::record::Code;
use crate::siting::brief::{Brief, Need};
use crate::siting::candidate::Candidate;
use crate::siting::judge::{Verdict, verdict};
use crate::siting::musts::MOST_TRIED;
use crate::siting::quantity::Quality;

/// What kept a brief out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unmet {
    /// Whether every place fails something that it must have. A brief that nothing suits yet is not refused as long as it is
    /// not known of some place that it fails.
    pub is_refused: bool,
    /// What the musts are about that kept it out, where, and the class of what they ask.
    pub needs: BTreeMap<(Scope, Subject), Option<Class>>,
}

/// Whether a brief asks for floors: then land is no place for it, as floors are none for whoever asks for land.
pub fn asks_for_floors(brief: &Brief) -> bool {
    brief.musts().any(|(_, need)| is_of_floors(need))
}

/// What kept a brief out of places, each with the code of its zone, none for land in no zone that is known.
///
/// In a zone these are the musts that alone keep some place of it out. Where there are none, and no place of it suits or may,
/// these are all that the places fail that fail the fewest. What is not known is no failure. A place that fails the must about
/// [`Quality::Status`] is not on offer, and what else it fails is nobody's need; only where no place of a zone is on offer,
/// that must is what kept the brief out. In the park these are those of all zones, but the one about the status only where
/// nothing in the park is on offer.
///
/// As where briefs are answered, a footprint is tried only on places that fail nothing else, those first that suit by all else,
/// and on no more than 2,000; beyond, whether it has room is unknown, as it is on places that fail something else, unless they
/// are smaller than it is.
pub fn unmet<'a>(brief: &Brief, places: impl IntoIterator<Item = (Candidate<'a>, Option<&'a Code>)>) -> Unmet {
    let musts = Musts::of(brief);
    let mut zones = BTreeMap::<Option<&Code>, Zone>::new();
    let mut untried = Vec::new();
    for (candidate, zone) in places {
        let found = musts.quick(&candidate);
        if musts.footprints != 0 && found.fails_nothing() {
            untried.push((candidate, zone, found));
        } else {
            zones.entry(zone).or_default().add(found);
        }
    }
    // It is stable, so that which of them are tried does not change from one time to the next.
    untried.sort_by_key(|(_, _, found)| found.leaves_unknown);
    for (number, (candidate, zone, found)) in untried.into_iter().enumerate() {
        let found = if number < MOST_TRIED {
            musts.with_footprints(&candidate, found)
        } else {
            Found { leaves_unknown: true, ..found }
        };
        zones.entry(zone).or_default().add(found);
    }
    musts.unmet(&zones)
}

fn is_of_floors(need: &Need) -> bool {
    matches!(need, Need::Amount { quantity, .. } if quantity.is_of_floors())
}

/// A set of musts: a bit for each, by its place in the brief, of which there are no more than bits.
type Set = u64;

const _: () = assert!(crate::siting::brief::MOST_CRITERIA <= Set::BITS as usize, "each criterion has a bit");

/// What is found of a place.
#[derive(Debug, Clone, Copy)]
struct Found {
    is_on_offer: bool,
    /// What it fails, the status left out.
    fails: Set,
    leaves_unknown: bool,
}

impl Found {
    const fn fails_nothing(self) -> bool {
        self.is_on_offer && self.fails == 0
    }
}

/// What is found of the places of a zone.
#[derive(Debug, Default)]
struct Zone {
    is_on_offer: bool,
    /// Whether some place suits or may.
    has_some: bool,
    /// How many musts the places fail that fail the fewest, and which; none of those that fail none.
    fewest: Option<(u32, Set)>,
}

impl Zone {
    fn add(&mut self, found: Found) {
        if !found.is_on_offer {
            return;
        }
        self.is_on_offer = true;
        let count = found.fails.count_ones();
        match &mut self.fewest {
            _ if count == 0 => self.has_some = true,
            Some((fewest, fails)) if *fewest == count => *fails |= found.fails,
            Some((fewest, _)) if *fewest < count => {}
            fewest => *fewest = Some((count, found.fails)),
        }
    }

    /// What kept a brief out of it, whose musts about the status are these.
    fn kept_out_by(&self, status: Set) -> Set {
        match self.fewest {
            _ if !self.is_on_offer => status,
            Some((1, fails)) => fails,
            Some((_, fails)) if !self.has_some => fails,
            _ => 0,
        }
    }
}

/// The musts of a brief.
struct Musts<'a> {
    brief: &'a Brief,
    status: Set,
    footprints: Set,
}

impl<'a> Musts<'a> {
    fn of(brief: &'a Brief) -> Self {
        let those = |is_one: fn(&Need) -> bool| {
            brief.musts().filter(|(_, need)| is_one(need)).fold(0, |all: Set, (index, _)| all | 1 << index)
        };
        let is_status = |need: &Need| matches!(need, Need::Word { quality: Quality::Status, .. });
        Self { brief, status: those(is_status), footprints: those(|need| matches!(need, Need::Footprint(_))) }
    }

    /// What is found of a place but for footprints: of these only that it is smaller than they are.
    fn quick(&self, candidate: &Candidate<'_>) -> Found {
        let mut found = Found { is_on_offer: true, fails: 0, leaves_unknown: false };
        for (index, need) in self.brief.musts() {
            let verdict = match need {
                Need::Footprint(footprint) if footprint.width_m * footprint.depth_m > candidate.area_m2 => {
                    Verdict::Fail
                }
                Need::Footprint(_) => continue,
                _ => verdict(need, candidate, self.brief.day()),
            };
            match verdict {
                Verdict::Pass => {}
                Verdict::Fail if self.status & 1 << index != 0 => found.is_on_offer = false,
                Verdict::Fail => found.fails |= 1 << index,
                Verdict::Unknown => found.leaves_unknown = true,
            }
        }
        found
    }

    fn with_footprints(&self, candidate: &Candidate<'_>, mut found: Found) -> Found {
        for (index, need) in self.brief.musts().filter(|(index, _)| self.footprints & 1 << index != 0) {
            match verdict(need, candidate, self.brief.day()) {
                Verdict::Pass => {}
                Verdict::Fail => found.fails |= 1 << index,
                Verdict::Unknown => found.leaves_unknown = true,
            }
        }
        found
    }

    fn unmet(&self, zones: &BTreeMap<Option<&Code>, Zone>) -> Unmet {
        let mut needs = BTreeMap::new();
        let mut park = 0;
        for (zone, found) in zones {
            let fails = found.kept_out_by(self.status);
            self.note(&Scope::Zone(zone.cloned()), fails, &mut needs);
            park |= fails & !self.status;
        }
        if !zones.values().any(|zone| zone.is_on_offer) {
            park |= self.status;
        }
        if zones.is_empty() {
            // Nothing is to be let in a park without floors.
            let of_floors = self.brief.musts().filter(|(_, need)| is_of_floors(need));
            park |= of_floors.fold(0, |all: Set, (index, _)| all | 1 << index);
        }
        self.note(&Scope::Park, park, &mut needs);
        Unmet { is_refused: !zones.values().any(|zone| zone.has_some), needs }
    }

    fn note(&self, scope: &Scope, fails: Set, needs: &mut BTreeMap<(Scope, Subject), Option<Class>>) {
        for (_, need) in self.brief.musts().filter(|(index, _)| fails & 1 << index != 0) {
            needs.entry((scope.clone(), Subject::of(need))).or_insert_with(|| class(need));
        }
    }
}
