//! What is asked for, checked before anything is done for it.

use std::collections::BTreeSet;

use cloudsite_domain::record::{Code, FloorName};
use cloudsite_dossier::{Language, Picture};
use cloudsite_proto::siting as wire;

use super::super::floors;
use super::super::service::{named, named_sets};
use crate::grpc::{Refusal, code_in};

/// Places that are described where none is named, and at most.
const DESCRIBED: usize = 3;
const MOST_DESCRIBED: usize = 10;

/// Factories that are told of at most.
const MOST_VARIANTS: usize = 20;

/// What pictures may come.
pub(super) const MOST_PICTURES: usize = 4;
pub(super) const MOST_PICTURE_BYTES: usize = 2 * 1024 * 1024;
const MOST_PIXELS: u64 = 8_000_000;

/// How long texts may be, characters.
const LONGEST_PROJECT: usize = 120;
const LONGEST_NAME: usize = 60;
const LONGEST_CAPTION: usize = 200;

/// The languages of a dossier that names none.
const USUAL_LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// A factory that is kept by a name.
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) parcel: Code,
    /// Read where it is tried.
    pub(super) factory: wire::Factory,
}

/// A request that makes sense, but for its brief, which is answered to find out.
pub(super) struct Asked {
    pub(super) brief: Option<wire::Brief>,
    pub(super) revision: u64,
    pub(super) languages: [Language; 2],
    /// None for the first ones.
    pub(super) places: Vec<Code>,
    pub(super) floors: Vec<FloorName>,
    /// Sets of parcels.
    pub(super) assemblies: Vec<Vec<Code>>,
    pub(super) variants: Vec<Variant>,
    pub(super) pictures: Vec<Picture>,
    pub(super) project: String,
}

impl Asked {
    /// Reads a request. Blocks: pictures are unpacked.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub(super) fn read(request: wire::CreateDossierRequest) -> Result<Self, Refusal> {
        if request.project.chars().count() > LONGEST_PROJECT {
            return Err(Refusal::field("project", format!("has more than {LONGEST_PROJECT} characters")));
        }
        let count = request.places.len() + request.floors.len() + request.assemblies.len();
        if count > MOST_DESCRIBED {
            let problem = format!("with floors and sets there are {count}: at most {MOST_DESCRIBED} are described");
            return Err(Refusal::field("places", problem));
        }
        Ok(Self {
            languages: languages(&request.languages)?,
            places: places(&request.places)?,
            floors: named("floors", &request.floors, floors::name)?,
            assemblies: named_sets("assemblies", &request.assemblies)?,
            variants: variants(request.variants)?,
            pictures: pictures(request.pictures)?,
            brief: request.brief,
            revision: request.revision,
            project: request.project.trim().to_owned(),
        })
    }

    /// The places that are described, of those that are explained.
    ///
    /// # Errors
    /// If a place that is named is not among them.
    pub(super) fn described<'a>(&self, explained: &'a [wire::Place]) -> Result<Vec<(u32, &'a wire::Place)>, Refusal> {
        let ranked = || (1_u32..).zip(explained);
        if self.places.is_empty() && self.floors.is_empty() && self.assemblies.is_empty() {
            return Ok(ranked().take(DESCRIBED).collect());
        }
        let find = |(index, code): (usize, &Code)| {
            let name = format!("parcels/{code}");
            ranked().find(|(_, place)| place.parcel == name).ok_or_else(|| {
                let problem = format!("'{name}' is not among the first {} places of the brief", explained.len());
                Refusal::field(format!("places[{index}]"), problem)
            })
        };
        self.places.iter().enumerate().map(find).collect()
    }

    /// The floors that are described, of those that an answer explains by name.
    ///
    /// # Errors
    /// If one is not in the record, as who asks is told it.
    pub(super) fn floors<'a>(&self, told: &'a [wire::Floor]) -> Result<Vec<&'a wire::Floor>, Refusal> {
        let find = |(index, name): (usize, &FloorName)| {
            let name = name.to_string();
            let found = told.iter().find(|floor| floor.name == name);
            found.ok_or_else(|| Refusal::field(format!("floors[{index}]"), format!("there is no floor '{name}'")))
        };
        self.floors.iter().enumerate().map(find).collect()
    }

    /// The joined parcels that are described, likewise.
    ///
    /// # Errors
    /// If one is not in the record, or they do not border on each other.
    pub(super) fn assemblies<'a>(&self, told: &'a [wire::Assembly]) -> Result<Vec<&'a wire::Assembly>, Refusal> {
        let find = |(index, codes): (usize, &Vec<Code>)| {
            let names: BTreeSet<String> = codes.iter().map(|code| format!("parcels/{code}")).collect();
            let is_same = |one: &&wire::Assembly| one.parcels.iter().cloned().collect::<BTreeSet<_>>() == names;
            let problem = || "one of the parcels is not in the record, or they do not border on each other";
            told.iter().find(is_same).ok_or_else(|| Refusal::field(format!("assemblies[{index}].parcels"), problem()))
        };
        self.assemblies.iter().enumerate().map(find).collect()
    }
}

fn languages(tags: &[String]) -> Result<[Language; 2], Refusal> {
    let read = |tag: &String| {
        Language::from_tag(tag).ok_or_else(|| Refusal::field("languages", format!("'{tag}' is none of zh, en and ja")))
    };
    match tags {
        [] => Ok(USUAL_LANGUAGES),
        [first, second] if first != second => Ok([read(first)?, read(second)?]),
        _ => Err(Refusal::field("languages", "a dossier is written in two languages: name two, or none")),
    }
}

fn places(names: &[String]) -> Result<Vec<Code>, Refusal> {
    let mut places: Vec<Code> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let field = || format!("places[{index}]");
        let code = name.strip_prefix("parcels/").and_then(|code| code.parse::<Code>().ok());
        let code = code.ok_or_else(|| Refusal::field(field(), format!("'{name}' is no name 'parcels/{{code}}'")))?;
        if places.contains(&code) {
            return Err(Refusal::field(field(), format!("'{name}' is named twice")));
        }
        places.push(code);
    }
    Ok(places)
}

fn variants(given: Vec<wire::Variant>) -> Result<Vec<Variant>, Refusal> {
    if given.len() > MOST_VARIANTS {
        return Err(Refusal::field("variants", format!("are {}: at most {MOST_VARIANTS} are told of", given.len())));
    }
    let read = |(index, variant): (usize, wire::Variant)| {
        let field = |part: &str| format!("variants[{index}].{part}");
        let name = variant.name.trim().to_owned();
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
            return Err(Refusal::field(field("name"), format!("must have 1 to {LONGEST_NAME} characters")));
        }
        let parcel = code_in("parcels", &variant.parcel).map_err(|problem| Refusal::field(field("parcel"), problem))?;
        let factory = variant.factory.ok_or_else(|| Refusal::field(field("factory"), "is missing"))?;
        Ok(Variant { name, parcel, factory })
    };
    given.into_iter().enumerate().map(read).collect()
}

fn pictures(given: Vec<wire::Picture>) -> Result<Vec<Picture>, Refusal> {
    if given.len() > MOST_PICTURES {
        return Err(Refusal::field("pictures", format!("are {}: at most {MOST_PICTURES} are taken", given.len())));
    }
    let read = |(index, picture): (usize, wire::Picture)| {
        let field = |part: &str| format!("pictures[{index}].{part}");
        if picture.png.len() > MOST_PICTURE_BYTES {
            return Err(Refusal::field(field("png"), format!("has more than {MOST_PICTURE_BYTES} bytes")));
        }
        if picture.caption.chars().count() > LONGEST_CAPTION {
            return Err(Refusal::field(field("caption"), format!("has more than {LONGEST_CAPTION} characters")));
        }
        let picture = Picture { png: picture.png, caption: picture.caption.trim().to_owned() };
        picture.check(MOST_PIXELS).map_err(|problem| Refusal::field(field("png"), problem))?;
        Ok(picture)
    };
    given.into_iter().enumerate().map(read).collect()
}
