//! Where dossiers are kept: a folder each in the data folder, by its name, with a card that says how far it is. Bounded in
//! number and age. What is wanted of a dossier is looked up here first, so a name from outside never becomes a path.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Code;
use cloudsite_dossier::{Dossier, Language, Maps, Picture};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::Recipient;
use crate::private_file;

/// The folder within the data folder.
const FOLDER: &str = "dossiers";
const CARD: &str = "card.json";
const WORK: &str = "work.json";

/// Dossiers that wait at most: those of visitors, so that they leave room for others, and all.
const MOST_WAITING_OF_VISITORS: usize = 8;
const MOST_WAITING: usize = 16;

/// Dossiers that are kept at most for one owner: an organisation, or all visitors together. The oldest gives way.
const MOST_KEPT: usize = 64;

/// How long dossiers are kept: of visitors, and of organisations.
const KEPT_FOR_VISITORS: SignedDuration = SignedDuration::from_hours(24);
const KEPT_FOR_ORGANISATIONS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a file of a dossier is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Pdf,
    Json,
    Gpkg,
}

impl Format {
    pub(super) const ALL: [Self; 3] = [Self::Pdf, Self::Json, Self::Gpkg];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Gpkg => "gpkg",
        }
    }

    pub(super) fn file_name(self) -> String {
        format!("dossier.{}", self.as_str())
    }
}

/// How far a dossier is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Queued,
    Running,
    Succeeded,
    /// Why.
    Failed(String),
}

impl State {
    pub(super) const fn is_over(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_))
    }
}

/// What is known of a dossier without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Card {
    pub(super) id: String,
    /// The organisation that it belongs to; none is a visitor's, or the operator's.
    pub(super) owner: Option<Code>,
    /// What it was made with: a lower tier is not given it.
    pub(super) tier: Tier,
    pub(super) state: State,
    pub(super) revision: u64,
    pub(super) languages: [Language; 2],
    /// Codes of the parcels.
    pub(super) places: Vec<String>,
    pub(super) created_at: Timestamp,
    pub(super) done_at: Option<Timestamp>,
    pub(super) kept_until: Timestamp,
    pub(super) pages: u32,
}

impl Card {
    fn is_for(&self, recipient: &Recipient) -> bool {
        self.owner == recipient.organisation && self.tier <= recipient.tier
    }
}

/// What has to be typeset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) dossier: Dossier,
    pub(super) maps: Maps,
    pub(super) captions: Vec<String>,
}

/// Why nothing is put on the shelf.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unkept {
    #[error("as many dossiers wait as may; try again in a minute")]
    Full,
    #[error("the dossier cannot be kept: {0}")]
    Io(#[from] io::Error),
}

/// The shelf.
pub(crate) struct Shelf {
    folder: PathBuf,
    cards: Mutex<BTreeMap<String, Card>>,
}

impl Shelf {
    /// The shelf of a data folder. What was being made when the server stopped has failed, so that nothing that cannot be
    /// made stops it again and again; what waited waits on. Blocks.
    pub(crate) fn open(data: &Path, now: Timestamp) -> io::Result<Self> {
        let shelf = Self { folder: data.join(FOLDER), cards: Mutex::default() };
        let entries = match fs::read_dir(&shelf.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(shelf),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let card = fs::read(entry.path().join(CARD)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let card = card.filter(|card: &Card| entry.file_name().to_str() == Some(&card.id));
            let Some(mut card) = card else {
                // It was cut off before its card was written: nobody knows its name.
                fs::remove_dir_all(entry.path())?;
                continue;
            };
            if card.state == State::Running {
                card.state = State::Failed("the server stopped while it was made; ask for it again".to_owned());
                card.done_at = Some(now);
                shelf.write(&card)?;
            }
            shelf.lock().insert(card.id.clone(), card);
        }
        Ok(shelf)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Card>> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    fn write(&self, card: &Card) -> io::Result<()> {
        private_file::replace(&self.path(&card.id).join(CARD), &serde_json::to_vec(card)?)
    }

    /// Says whether one more may wait for a recipient, before work is done for it.
    pub(super) fn has_room(&self, recipient: &Recipient) -> Result<(), Unkept> {
        let cards = self.lock();
        let waiting = || cards.values().filter(|card| !card.state.is_over());
        let of_visitors = waiting().filter(|card| card.owner.is_none()).count();
        let is_full = waiting().count() >= MOST_WAITING
            || (recipient.organisation.is_none() && of_visitors >= MOST_WAITING_OF_VISITORS);
        if is_full { Err(Unkept::Full) } else { Ok(()) }
    }

    /// Puts a dossier on the shelf, to be made. Blocks.
    pub(super) fn put(
        &self,
        mut card: Card,
        recipient: &Recipient,
        work: &Work,
        pictures: &[Picture],
        package: &[u8],
    ) -> Result<Card, Unkept> {
        self.has_room(recipient)?;
        let kept = if card.owner.is_some() { KEPT_FOR_ORGANISATIONS } else { KEPT_FOR_VISITORS };
        card.kept_until = card.created_at.saturating_add(kept).unwrap_or(Timestamp::MAX);
        let folder = self.path(&card.id);
        fs::create_dir_all(&folder)?;
        let written = || -> io::Result<()> {
            private_file::replace(&folder.join(WORK), &serde_json::to_vec(work)?)?;
            private_file::replace(&folder.join(Format::Json.file_name()), &serde_json::to_vec_pretty(&work.dossier)?)?;
            private_file::replace(&folder.join(Format::Gpkg.file_name()), package)?;
            for (index, picture) in pictures.iter().enumerate() {
                private_file::replace(&folder.join(picture_name(index)), &picture.png)?;
            }
            self.write(&card)
        };
        if let Err(error) = written() {
            // Half a dossier would be one that cannot be made.
            let _gone = fs::remove_dir_all(&folder);
            return Err(error.into());
        }
        self.lock().insert(card.id.clone(), card.clone());
        self.make_room(&card);
        Ok(card)
    }

    /// Forgets the oldest of an owner, as far as there are too many; not those that wait.
    fn make_room(&self, newest: &Card) {
        let mut cards = self.lock();
        let mut kept: Vec<(Timestamp, String)> = cards
            .values()
            .filter(|card| card.owner == newest.owner && card.state.is_over())
            .map(|card| (card.created_at, card.id.clone()))
            .collect();
        kept.sort_unstable();
        let too_many = kept.len().saturating_sub(MOST_KEPT - 1);
        for (_, id) in kept.into_iter().take(too_many) {
            cards.remove(&id);
            self.discard(&id);
        }
    }

    /// Forgets what was to be kept until now. Blocks.
    pub(super) fn sweep(&self, now: Timestamp) {
        let mut cards = self.lock();
        let over: Vec<String> =
            cards.values().filter(|card| card.kept_until <= now).map(|card| card.id.clone()).collect();
        for id in over {
            cards.remove(&id);
            self.discard(&id);
        }
    }

    fn discard(&self, id: &str) {
        if let Err(error) = fs::remove_dir_all(self.path(id)) {
            tracing::warn!(%error, "a dossier stays behind");
        }
    }

    /// A dossier and how many are made before it, if it is there for a recipient.
    pub(super) fn find(&self, id: &str, recipient: &Recipient, now: Timestamp) -> Option<(Card, u32)> {
        let cards = self.lock();
        let card = cards.get(id).filter(|card| card.is_for(recipient) && card.kept_until > now)?;
        let before = |other: &&Card| {
            !other.state.is_over() && (other.created_at, other.id.as_str()) < (card.created_at, card.id.as_str())
        };
        let before = if card.state == State::Queued { cards.values().filter(before).count() } else { 0 };
        Some((card.clone(), before as u32))
    }

    /// The oldest dossier that waits, taken to be made. Blocks.
    pub(super) fn take(&self) -> io::Result<Option<Card>> {
        let taken = {
            let mut cards = self.lock();
            let waiting = cards.values_mut().filter(|card| card.state == State::Queued);
            let Some(card) = waiting.min_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id))) else {
                return Ok(None);
            };
            card.state = State::Running;
            card.clone()
        };
        self.write(&taken)?;
        Ok(Some(taken))
    }

    /// What has to be made of a dossier. Blocks.
    pub(super) fn work(&self, id: &str) -> io::Result<(Work, Vec<Picture>)> {
        let folder = self.path(id);
        let mut work: Work = serde_json::from_slice(&fs::read(folder.join(WORK))?)?;
        let captions = std::mem::take(&mut work.captions);
        let picture = |(index, caption)| Ok(Picture { png: fs::read(folder.join(picture_name(index)))?, caption });
        let pictures = captions.into_iter().enumerate().map(picture).collect::<io::Result<_>>()?;
        Ok((work, pictures))
    }

    /// Keeps what was made, or why nothing was. Blocks.
    pub(super) fn end(&self, id: &str, made: Result<(Vec<u8>, u32), String>, now: Timestamp) -> io::Result<()> {
        let folder = self.path(id);
        let (state, pages) = match made {
            Ok((pdf, pages)) => match private_file::replace(&folder.join(Format::Pdf.file_name()), &pdf) {
                Ok(()) => (State::Succeeded, pages),
                Err(error) => {
                    tracing::error!(%error, "a dossier cannot be written");
                    (State::Failed("it could not be written; ask for it again".to_owned()), 0)
                }
            },
            Err(message) => (State::Failed(message), 0),
        };
        for leftover in [WORK.to_owned()].into_iter().chain((0..).map(picture_name).take(super::asked::MOST_PICTURES)) {
            // What is not there need not be removed; what stays goes with the dossier.
            let _gone = fs::remove_file(folder.join(leftover));
        }
        let card = {
            let mut cards = self.lock();
            // It may have been forgotten meanwhile.
            let Some(card) = cards.get_mut(id) else { return Ok(()) };
            (card.state, card.pages, card.done_at) = (state, pages, Some(now));
            card.clone()
        };
        self.write(&card)
    }

    /// How long a file of a dossier is, bytes; none if it is not there.
    pub(super) fn size(&self, id: &str, format: Format) -> Option<u64> {
        fs::metadata(self.path(id).join(format.file_name())).ok().map(|file| file.len())
    }

    /// A file of a dossier that was found. Blocks.
    pub(super) fn read(&self, id: &str, format: Format) -> io::Result<Vec<u8>> {
        fs::read(self.path(id).join(format.file_name()))
    }
}

fn picture_name(index: usize) -> String {
    format!("picture-{index}.png")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work() -> Work {
        let dossier = serde_json::json!({
            "park": { "names": {}, "synthetic": true }, "revision": 1, "day": "2026-11-26", "made_on": "2026-11-26",
            "tier": "public", "brief": [], "counts": { "suits": 0, "open": 0, "fails": 0 }, "full_points": 0,
            "ranking": [], "places": [], "relaxations": [], "intervals": [], "shares": [],
        });
        Work {
            dossier: serde_json::from_value(dossier).unwrap(),
            maps: Maps::default(),
            captions: vec!["A".to_owned()],
        }
    }

    fn card(id: &str, owner: Option<&str>, second: i64) -> Card {
        let at = Timestamp::from_second(1_000_000 + second).unwrap();
        Card {
            id: id.to_owned(),
            owner: owner.map(|code| code.parse().unwrap()),
            tier: if owner.is_some() { Tier::Investor } else { Tier::Public },
            state: State::Queued,
            revision: 1,
            languages: [Language::Zh, Language::Ja],
            places: Vec::new(),
            created_at: at,
            done_at: None,
            kept_until: at,
            pages: 0,
        }
    }

    fn member(code: &str, tier: Tier) -> Recipient {
        Recipient { tier, organisation: Some(code.parse().unwrap()), is_government: false }
    }

    fn put(shelf: &Shelf, card: Card) -> Result<Card, Unkept> {
        let recipient = Recipient { organisation: card.owner.clone(), ..Recipient::public() };
        shelf.put(card, &recipient, &work(), &[Picture { png: vec![1], caption: "A".to_owned() }], b"gpkg")
    }

    #[test]
    fn what_waits_waits_on_and_what_was_begun_has_failed() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_second(1_000_100).unwrap();
        let shelf = Shelf::open(folder.path(), now).unwrap();
        for (id, second) in [("later", 2), ("first", 0), ("second", 1)] {
            put(&shelf, card(id, None, second)).unwrap();
        }
        let visitor = Recipient::public();
        assert_eq!(shelf.find("later", &visitor, now).unwrap().1, 2, "two are before it");
        assert_eq!(shelf.take().unwrap().unwrap().id, "first");
        fs::create_dir(folder.path().join("dossiers/half")).unwrap();

        let shelf = Shelf::open(folder.path(), now).unwrap();
        assert!(!folder.path().join("dossiers/half").exists(), "nobody knows its name");
        let (first, _) = shelf.find("first", &visitor, now).unwrap();
        assert!(matches!(first.state, State::Failed(_)) && first.done_at == Some(now), "{first:?}");
        let taken = shelf.take().unwrap().unwrap();
        let (found, pictures) = shelf.work(&taken.id).unwrap();
        assert_eq!((taken.id.as_str(), found.dossier, pictures.len()), ("second", work().dossier, 1));
        shelf.end("second", Ok((b"%PDF".to_vec(), 9)), now).unwrap();
        assert_eq!(shelf.read("second", Format::Pdf).unwrap(), b"%PDF");
        assert!(shelf.work("second").is_err(), "what it was made from is gone");
        assert_eq!(shelf.find("second", &visitor, now).unwrap().0.pages, 9);
    }

    #[test]
    fn others_and_those_who_are_told_less_find_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_second(1_000_100).unwrap();
        let shelf = Shelf::open(folder.path(), now).unwrap();
        put(&shelf, card("theirs", Some("ACME"), 0)).unwrap();
        put(&shelf, card("anyones", None, 0)).unwrap();
        let finds = |id: &str, recipient: &Recipient, at| shelf.find(id, recipient, at).is_some();
        assert!(finds("theirs", &member("ACME", Tier::Investor), now));
        assert!(finds("theirs", &member("ACME", Tier::Negotiating), now));
        assert!(!finds("theirs", &member("ACME", Tier::Public), now), "it holds more than they are told now");
        assert!(!finds("theirs", &member("OTHER", Tier::Government), now));
        assert!(!finds("theirs", &Recipient::public(), now) && finds("anyones", &Recipient::public(), now));
        assert!(!finds("../dossiers/anyones", &Recipient::public(), now) && !finds("", &Recipient::public(), now));
        let tomorrow = now + SignedDuration::from_hours(25);
        assert!(!finds("anyones", &Recipient::public(), tomorrow), "a visitor's is kept for a day");
        shelf.sweep(tomorrow);
        assert!(!folder.path().join("dossiers/anyones").exists() && folder.path().join("dossiers/theirs").exists());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_second(1_000_100).unwrap();
        let shelf = Shelf::open(folder.path(), now).unwrap();
        for index in 0..MOST_WAITING_OF_VISITORS {
            put(&shelf, card(&format!("v{index}"), None, index as i64)).unwrap();
        }
        assert!(matches!(put(&shelf, card("more", None, 99)), Err(Unkept::Full)));
        put(&shelf, card("member", Some("ACME"), 100)).expect("visitors leave room");
        while let Some(taken) = shelf.take().unwrap() {
            shelf.end(&taken.id, Err("no".to_owned()), now).unwrap();
        }
        for index in 0..MOST_KEPT {
            put(&shelf, card(&format!("w{index}"), None, 200 + index as i64)).unwrap();
            let taken = shelf.take().unwrap().unwrap();
            shelf.end(&taken.id, Ok((Vec::new(), 1)), now).unwrap();
        }
        let kept = fs::read_dir(folder.path().join("dossiers")).unwrap().count();
        assert!(kept <= MOST_KEPT + 1, "{kept} are kept, one of which is a member's");
        let visitor = Recipient::public();
        assert!(shelf.find("v0", &visitor, now).is_none() && shelf.find("w63", &visitor, now).is_some());
    }
}
